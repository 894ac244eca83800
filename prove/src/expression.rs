//! Policies in Cedar's JSON form, taken apart and put together.

use serde_json::{Value as Form, json};

/// The whole condition of a policy, apart from its head: what has to be true, as one expression.
pub fn condition(policy: &Form) -> Form {
    let clauses = policy["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let parts = clauses.iter().map(|clause| match clause["kind"].as_str() {
        Some("unless") => json!({ "!": { "arg": clause["body"] } }),
        _ => clause["body"].clone(),
    });
    parts
        .reduce(|left, right| json!({ "&&": { "left": left, "right": right } }))
        .unwrap_or_else(|| json!({ "Value": true }))
}

/// A policy without a head, that forbids whatever isn't so.
pub fn only_where(condition: &Form) -> Form {
    headless("forbid", json!([{ "kind": "unless", "body": condition }]))
}

/// The policy `form` with another effect, head and all.
pub fn with_effect(form: &Form, effect: &str) -> Form {
    let mut form = form.clone();
    form["effect"] = effect.into();
    form["annotations"] = json!({});
    form
}

/// A policy without a head and with these conditions.
fn headless(effect: &str, conditions: Form) -> Form {
    json!({
        "effect": effect,
        "principal": { "op": "All" },
        "action": { "op": "All" },
        "resource": { "op": "All" },
        "conditions": conditions,
    })
}

/// Whether an expression reads `variable.attribute`.
pub fn reads(expression: &Form, variable: &str, attribute: &str) -> bool {
    if is_read(expression, variable, attribute) {
        return true;
    }
    match expression {
        Form::Object(parts) => parts.values().any(|part| reads(part, variable, attribute)),
        Form::Array(parts) => parts.iter().any(|part| reads(part, variable, attribute)),
        _ => false,
    }
}

fn is_read(expression: &Form, variable: &str, attribute: &str) -> bool {
    let access = &expression["."];
    access["left"]["Var"] == variable && access["attr"] == attribute
}

/// The expression as it would be answered if the set `principal.<attribute>` lacked `word` and
/// were otherwise the same; `None` when it uses the set in a way that can't be said so.
pub fn without(expression: &Form, attribute: &str, word: &str) -> Option<Form> {
    let set = |side: &Form| is_read(side, "principal", attribute);
    if let Some((operator, sides)) = single(expression) {
        let (left, right, arg) = (&sides["left"], &sides["right"], &sides["arg"]);
        match operator {
            "isEmpty" if set(arg) => return Some(within(vec![word.into()], arg)),
            "contains" if set(left) => {
                let asked = literal(right)?;
                return Some(if asked == word { no() } else { expression.clone() });
            }
            "containsAll" if set(left) => {
                let asked = literals(right)?;
                let lost = asked.iter().any(|asked| asked == word);
                return Some(if lost { no() } else { expression.clone() });
            }
            "containsAll" if set(right) => {
                let mut allowed = literals(left)?;
                allowed.push(word.to_owned());
                return Some(within(allowed, right));
            }
            "containsAny" if set(left) || set(right) => {
                let (own, other) = if set(left) { (left, right) } else { (right, left) };
                let mut asked = literals(other)?;
                asked.retain(|asked| asked != word);
                return Some(json!({ "containsAny": { "left": own, "right": words(&asked) } }));
            }
            _ => {}
        }
    }
    if set(expression) {
        return None;
    }
    match expression {
        Form::Object(parts) => parts
            .iter()
            .map(|(name, part)| Some((name.clone(), without(part, attribute, word)?)))
            .collect::<Option<_>>()
            .map(Form::Object),
        Form::Array(parts) => {
            parts.iter().map(|part| without(part, attribute, word)).collect::<Option<_>>()
        }
        other => Some(other.clone()),
    }
}

fn single(expression: &Form) -> Option<(&str, &Form)> {
    let (operator, sides) = expression.as_object()?.iter().next()?;
    Some((operator, sides))
}

fn literal(expression: &Form) -> Option<String> {
    expression["Value"].as_str().map(str::to_owned)
}

fn literals(expression: &Form) -> Option<Vec<String>> {
    let own = expression["Set"].as_array().map(|items| items.iter().map(literal).collect());
    own.or_else(|| {
        let items = expression["Value"].as_array()?;
        Some(items.iter().map(|item| item.as_str().map(str::to_owned)).collect())
    })?
}

fn words(words: &[String]) -> Form {
    json!({ "Set": words.iter().map(|word| json!({ "Value": word })).collect::<Vec<_>>() })
}

fn within(allowed: Vec<String>, set: &Form) -> Form {
    json!({ "containsAll": { "left": words(&allowed), "right": set } })
}

fn no() -> Form {
    json!({ "Value": false })
}

#[cfg(test)]
mod tests {
    use cedar_policy::Policy;

    use super::*;

    fn form(condition: &str) -> Form {
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        condition_of(&text)
    }

    fn condition_of(text: &str) -> Form {
        condition(&Policy::parse(None, text).unwrap().to_json().unwrap())
    }

    #[test]
    fn a_condition_is_all_of_its_clauses() {
        let whole = condition_of(
            "permit (principal, action, resource) when { context.a } unless { context.b };",
        );
        assert_eq!(whole, form("context.a && !context.b"));
        assert_eq!(condition_of("permit (principal, action, resource);"), form("true"));
    }

    #[test]
    fn a_word_is_taken_out_of_a_set_in_every_way_that_it_can_be_asked_for() {
        for (asked, left) in [
            ("principal.duties.isEmpty()", r#"["x"].containsAll(principal.duties)"#),
            (r#"principal.duties.contains("x")"#, "false"),
            (r#"principal.duties.contains("y")"#, r#"principal.duties.contains("y")"#),
            (r#"principal.duties.containsAll(["x", "y"])"#, "false"),
            (
                r#"["y"].containsAll(principal.duties)"#,
                r#"["y", "x"].containsAll(principal.duties)"#,
            ),
            (
                r#"principal.duties.containsAny(["x", "y"])"#,
                r#"principal.duties.containsAny(["y"])"#,
            ),
            (r#"context.a && !principal.duties.contains("x")"#, "context.a && !false"),
            (r#"principal.roles.contains("x")"#, r#"principal.roles.contains("x")"#),
        ] {
            assert_eq!(without(&form(asked), "duties", "x"), Some(form(left)), "{asked}");
        }
    }

    #[test]
    fn what_cannot_be_said_is_not_guessed() {
        for asked in [
            r#"principal.duties == ["x"]"#,
            "principal.duties.contains(context.a)",
            "principal.duties.containsAll(principal.roles)",
        ] {
            assert_eq!(without(&form(asked), "duties", "x"), None, "{asked}");
        }
    }

    #[test]
    fn what_is_read_is_found() {
        assert!(reads(&form("context.a || context.b"), "context", "b"));
        assert!(!reads(&form("context.a"), "principal", "a"));
    }
}
