//! What one act is weighed with. Cedar's cost grows with the number of policies and with the
//! number of attributes it is shown, so each act has a set of its own for each kind of principal,
//! made for that act: what is known beforehand is taken out. An act that invokes a legal ground has
//! a set for each ground, too: most of its policies are about one ground and not another.
//!
//! **Invariant:** a policy is left out only where its types or the ground say that it can never
//! apply, and a condition is taken out only where it always holds.

use std::collections::{BTreeSet, HashMap};

use cedar_policy::{EntityUid, Policy, PolicySet, RequestEnv, Schema};
use serde_json::{Value, json};

use crate::domain::ground::Ground;
use crate::domain::text::Coded;

use super::act;
use super::clause::{Clause, looks_at};
use super::policy_error::PolicyError;
use super::scene::{self, Cast};

/// The fact that names the ground that a request invokes.
pub(super) const GROUND: &str = "ground";

/// An act as Cedar knows it.
pub(super) struct Scope {
    /// The act's name to Cedar.
    pub action: EntityUid,
    /// The entity that stands for its target.
    pub resource: EntityUid,
    /// What bears on it, by who asks.
    pub by_principal: HashMap<EntityUid, Bearing>,
}

/// What bears on one act by one kind of principal.
#[derive(Default)]
pub(super) struct Bearing {
    /// The policies, without what always holds here.
    pub policies: PolicySet,
    /// The names of the attributes that they read, of whatever they read them.
    pub names: BTreeSet<String>,
    /// Those of them that can apply when a ground is invoked, or none, by its word.
    by_ground: HashMap<&'static str, PolicySet>,
}

/// A policy made for an act, and the names that it reads.
#[derive(Clone)]
struct Fitted {
    policy: Policy,
    names: BTreeSet<String>,
}

impl Scope {
    /// Sorts the policies by the acts and the kinds of principal that they can bear on. Every act
    /// of the service stands in the schema, on the same type of resource.
    pub(super) fn all(
        clauses: &[Clause],
        schema: &Schema,
        cast: &Cast,
    ) -> Result<HashMap<&'static str, Self>, PolicyError> {
        let reaching = clauses.iter().map(|clause| Reaching::of(clause, schema));
        let reaching = reaching.collect::<Result<Vec<_>, _>>()?;
        let mut scopes = HashMap::new();
        for (name, resource, ..) in act::ALL {
            let unknown = || PolicyError::Act((*name).to_owned());
            let resource = scene::nameless(resource).map_err(PolicyError::Name)?;
            let action = schema
                .actions()
                .find(|action| action.id().unescaped() == *name)
                .ok_or_else(unknown)?;
            let mut kinds = schema.resources_for_action(action).ok_or_else(unknown)?.peekable();
            if kinds.peek().is_none() || !kinds.all(|kind| kind == resource.type_name()) {
                return Err(unknown());
            }
            let mut by_principal = HashMap::new();
            for part in cast.all() {
                let mut bearing = Bearing::default();
                for reaching in &reaching {
                    if reaching.reaches(part, action) {
                        bearing.add(reaching, name)?;
                    }
                }
                bearing
                    .part_by_ground()
                    .map_err(|why| PolicyError::Parting { act: (*name).to_owned(), why })?;
                by_principal.insert(part.clone(), bearing);
            }
            scopes.insert(*name, Self { action: action.clone(), resource, by_principal });
        }
        Ok(scopes)
    }
}

/// A policy, and where it reaches.
struct Reaching<'a> {
    clause: &'a Clause,
    envs: Vec<RequestEnv>,
    /// The policy made for every act, when it is the same for all.
    for_all: Option<Fitted>,
}

impl<'a> Reaching<'a> {
    fn of(clause: &'a Clause, schema: &Schema) -> Result<Self, PolicyError> {
        let envs = clause.policy.get_valid_request_envs(schema).collect();
        let which_act = looks_at(&clause.form["conditions"], "action");
        let for_all = if which_act { None } else { Some(Fitted::to(clause, "")?) };
        Ok(Self { clause, envs, for_all })
    }

    fn reaches(&self, principal: &EntityUid, action: &EntityUid) -> bool {
        let here =
            |env: &RequestEnv| env.action() == action && env.principal() == principal.type_name();
        self.envs.iter().any(here)
    }
}

impl Bearing {
    /// The policies that can apply when the request invokes `ground`.
    pub(super) fn policies_on(&self, ground: Option<&str>) -> &PolicySet {
        ground.and_then(|ground| self.by_ground.get(ground)).unwrap_or(&self.policies)
    }

    /// Makes the sets by ground, where any policy asks for the ground.
    fn part_by_ground(&mut self) -> Result<(), String> {
        if !self.names.contains(GROUND) {
            return Ok(());
        }
        let words = Ground::ALL.iter().map(|ground| ground.code()).chain([""]);
        for word in words {
            let mut policies = PolicySet::new();
            for policy in self.policies.policies() {
                let mut form = policy.to_json().map_err(|error| error.to_string())?;
                answer_which_ground(&mut form["conditions"], word);
                if is_closed(&form["conditions"]) {
                    continue;
                }
                let policy = Policy::from_json(Some(policy.id().clone()), form)
                    .map_err(|error| error.to_string())?;
                policies.add(policy).map_err(|error| error.to_string())?;
            }
            self.by_ground.insert(word, policies);
        }
        Ok(())
    }

    fn add(&mut self, reaching: &Reaching<'_>, act: &str) -> Result<(), PolicyError> {
        let fitted = match &reaching.for_all {
            Some(fitted) => fitted.clone(),
            None => Fitted::to(reaching.clause, act)?,
        };
        self.names.extend(fitted.names);
        self.policies
            .add(fitted.policy)
            .map_err(|error| unfit(reaching.clause, act, error.to_string()))
    }
}

impl Fitted {
    fn to(clause: &Clause, act: &str) -> Result<Self, PolicyError> {
        let mut form = clause.form.clone();
        take_out_the_known(&mut form, act);
        let mut names = BTreeSet::new();
        collect_names(&form["conditions"], &mut names);
        let policy = Policy::from_json(Some(clause.policy.id().clone()), form)
            .map_err(|error| unfit(clause, act, error.to_string()))?;
        Ok(Self { policy, names })
    }
}

fn unfit(clause: &Clause, act: &str, why: String) -> PolicyError {
    PolicyError::Scope { spot: clause.spot.clone(), act: act.to_owned(), why }
}

/// Takes out of a policy, in Cedar's JSON form, what is known once the act and the type of the
/// principal are: its head, and each question in its condition of which act it is.
fn take_out_the_known(form: &mut Value, act: &str) {
    form["annotations"] = json!({});
    form["action"] = json!({ "op": "All" });
    if form["principal"]["op"] == "is" && form["principal"].get("in").is_none() {
        form["principal"] = json!({ "op": "All" });
    }
    answer_which_act(&mut form["conditions"], act);
}

/// Answers `action == …` and drops the branches that the answer closes.
fn answer_which_act(expression: &mut Value, act: &str) {
    match expression {
        Value::Object(parts) => parts.values_mut().for_each(|part| answer_which_act(part, act)),
        Value::Array(parts) => parts.iter_mut().for_each(|part| answer_which_act(part, act)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if let Some(simpler) = simplify(expression, act) {
        *expression = simpler;
    }
}

fn simplify(expression: &Value, act: &str) -> Option<Value> {
    let (operator, sides) = expression.as_object()?.iter().next()?;
    if operator == "==" && sides["left"] == json!({ "Var": "action" }) {
        let asked = sides["right"]["Value"]["__entity"]["id"].as_str()?;
        return Some(json!({ "Value": asked == act }));
    }
    fold(expression)
}

/// Answers what an expression asks of the ground, and drops the branches that the answer closes.
fn answer_which_ground(expression: &mut Value, ground: &str) {
    match expression {
        Value::Object(parts) => {
            parts.values_mut().for_each(|part| answer_which_ground(part, ground));
        }
        Value::Array(parts) => {
            parts.iter_mut().for_each(|part| answer_which_ground(part, ground));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if let Some(simpler) = of_ground(expression, ground).or_else(|| fold(expression)) {
        *expression = simpler;
    }
}

/// `context.ground == "…"`, `!=`, and `["…"].contains(context.ground)`, answered.
fn of_ground(expression: &Value, ground: &str) -> Option<Value> {
    let (operator, sides) = expression.as_object()?.iter().next()?;
    let (left, right) = (sides.get("left")?, sides.get("right")?);
    let asked = json!({ ".": { "left": { "Var": "context" }, "attr": GROUND } });
    let is = |word: &Value| word["Value"].as_str().map(|word| word == ground);
    match operator.as_str() {
        "==" if *left == asked => Some(json!({ "Value": is(right)? })),
        "!=" if *left == asked => Some(json!({ "Value": !is(right)? })),
        "contains" if *right == asked => {
            let words = left["Set"].as_array()?;
            let any = words.iter().map(is).collect::<Option<Vec<_>>>()?.contains(&true);
            Some(json!({ "Value": any }))
        }
        _ => None,
    }
}

/// Whether a policy's conditions can never hold.
fn is_closed(conditions: &Value) -> bool {
    let closed = |condition: &Value| match condition["kind"].as_str() {
        Some("when") => condition["body"] == json!({ "Value": false }),
        Some("unless") => condition["body"] == json!({ "Value": true }),
        _ => false,
    };
    conditions.as_array().into_iter().flatten().any(closed)
}

/// Works out an expression whose sides are known.
fn fold(expression: &Value) -> Option<Value> {
    let (yes, no) = (json!({ "Value": true }), json!({ "Value": false }));
    let (operator, sides) = expression.as_object()?.iter().next()?;
    if operator == "!" {
        let known = sides["arg"]["Value"].as_bool()?;
        return Some(json!({ "Value": !known }));
    }
    let (left, right) = (sides.get("left")?, sides.get("right")?);
    match operator.as_str() {
        "&&" if *left == no || *right == no => Some(no),
        "&&" if *right == yes => Some(left.clone()),
        "&&" if *left == yes => Some(right.clone()),
        "||" if *left == yes => Some(yes),
        "||" if *left == no => Some(right.clone()),
        "||" if *right == no => Some(left.clone()),
        _ => None,
    }
}

/// Collects the name of every attribute that an expression reads or asks for.
fn collect_names(expression: &Value, names: &mut BTreeSet<String>) {
    match expression {
        Value::Object(parts) => {
            for operator in [".", "has"] {
                let name = parts.get(operator).and_then(|access| access["attr"].as_str());
                names.extend(name.map(str::to_owned));
            }
            parts.values().for_each(|part| collect_names(part, names));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_names(part, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_taken_out() {
        let text = r#"permit (principal is Staff, action in [Action::"A", Action::"B"], resource)
            when { (action == Action::"A" && context.inside) || principal has loa }
            unless { action == Action::"B" && resource.owner == "A" };"#;
        let mut form = Policy::parse(None, text).unwrap().to_json().unwrap();
        take_out_the_known(&mut form, "A");
        let left = Policy::from_json(None, form).unwrap().to_cedar().unwrap();
        let expected = r#"permit (principal, action, resource)
            when { (context.inside || principal has loa) && !false };"#;
        let plain =
            |text: &str| text.split_whitespace().collect::<String>().replace(['(', ')'], "");
        assert_eq!(plain(&left), plain(expected));
    }

    #[test]
    fn a_ground_that_is_known_is_answered_and_closes_what_is_about_another() {
        let text = r#"permit (principal, action, resource)
            when { context.a && ["X", "Y"].contains(context.ground) &&
                (context.ground != "X" || context.b) }
            unless { context.ground == "Z" && context.c };"#;
        let form = Policy::parse(None, text).unwrap().to_json().unwrap();
        let on = |ground: &str| {
            let mut form = form.clone();
            answer_which_ground(&mut form["conditions"], ground);
            let closed = is_closed(&form["conditions"]);
            let mut names = BTreeSet::new();
            collect_names(&form["conditions"], &mut names);
            (closed, names.into_iter().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(on("X"), (false, "a b".to_owned()));
        assert_eq!(on("Y"), (false, "a".to_owned()));
        assert!(on("Z").0 && on("").0);
    }

    #[test]
    fn a_principal_that_is_named_stays_named() {
        let text = r#"permit (principal == Staff::"x", action, resource);"#;
        let mut form = Policy::parse(None, text).unwrap().to_json().unwrap();
        take_out_the_known(&mut form, "A");
        assert_eq!(form["principal"]["op"], "==");
    }

    #[test]
    fn every_attribute_that_is_read_is_collected() {
        let text = r#"permit (principal, action, resource)
            when { if context.a then [resource.b, "c.d"].contains(principal.e) else context has f };"#;
        let form = Policy::parse(None, text).unwrap().to_json().unwrap();
        let mut names = BTreeSet::new();
        collect_names(&form["conditions"], &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b", "e", "f"]);
    }
}
