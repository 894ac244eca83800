//! How a question with its facts is written down, as a JSON Schema (2020-12). It is made from the
//! rules' schema, so that the two can't part.

use serde_json::{Map, Value as Json, json};

use super::act;
use super::fact::FactType;
use super::policy::Policy;
use super::scene::Part;
use super::vocabulary::{Kind, Kinds};

/// The JSON Schema of a [`Brief`](super::Brief).
pub fn facts_schema(policy: &Policy) -> Json {
    let facts = policy.vocabulary();
    let act_of = |(name, ..): &(&'static str, &str, super::Reach, &str)| {
        let doc = facts.act(name).map(|words| words.en.as_str()).unwrap_or_default();
        json!({ "const": name, "description": doc })
    };
    let acts: Vec<_> = act::ALL.iter().map(act_of).collect();
    let principals: Vec<_> = Part::ALL
        .into_iter()
        .map(|part| {
            let mut properties = properties(facts.principal(part));
            properties.insert("kind".to_owned(), json!({ "const": part.word() }));
            json!({
                "type": "object",
                "required": ["kind"],
                "properties": properties,
                "additionalProperties": false,
            })
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A question of access with its facts",
        "description": "What is left out is not known: its default. No fact is an id of a person \
            or a thing; the ids of agencies tell only whether two are the same.",
        "type": "object",
        "required": ["act", "principal"],
        "properties": {
            "act": { "description": "What is asked for.", "oneOf": acts },
            "principal": { "description": "Who asks.", "oneOf": principals },
            "resource": group("What is asked about.", facts.resource()),
            "situation": group("How the two stand to each other.", facts.situation()),
        },
        "additionalProperties": false,
    })
}

fn group(description: &str, kinds: &Kinds) -> Json {
    json!({
        "description": description,
        "type": "object",
        "properties": properties(kinds),
        "additionalProperties": false,
    })
}

fn properties(kinds: &Kinds) -> Map<String, Json> {
    kinds.iter().map(|(name, kind)| (name.clone(), property(kind))).collect()
}

fn property(kind: &Kind) -> Json {
    let neutral = kind.neutral.to_json();
    let empty = neutral.as_str().into_iter().collect::<Vec<_>>();
    let word = |empty: Vec<&str>| match &kind.words {
        Some(words) => {
            let words = [empty, words.clone()].concat();
            json!({ "enum": words })
        }
        None => json!({ "type": "string" }),
    };
    let mut property = match kind.of {
        FactType::Flag => json!({ "type": "boolean" }),
        FactType::Number => {
            json!({ "type": "integer", "minimum": -1, "maximum": kind.range.map(|(_, to)| to) })
        }
        FactType::Word => word(empty),
        FactType::Words => {
            json!({ "type": "array", "items": word(Vec::new()), "uniqueItems": true })
        }
    };
    property["description"] = json!(kind.doc.en);
    property["default"] = neutral.clone();
    property
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_describes_every_fact_and_every_act() {
        let schema = facts_schema(&Policy::embedded().unwrap());
        let properties = &schema["properties"];
        assert_eq!(properties["act"]["oneOf"].as_array().unwrap().len(), act::ALL.len());
        let situation = &properties["situation"]["properties"];
        assert_eq!(
            situation["party"],
            json!({
                "description": "How the unit through which they act takes part in the case.",
                "enum": ["none", "invited", "active", "read_only"],
                "default": "none",
            })
        );
        assert_eq!(situation["assigned"]["default"], json!(false));
        assert_eq!(situation["age"]["default"], json!(-1));
        assert_eq!(situation["live"]["items"]["enum"][0], json!("CONSENT"));
        let staff = &properties["principal"]["oneOf"][0];
        assert_eq!(staff["properties"]["kind"], json!({ "const": "staff" }));
        assert_eq!(staff["properties"]["agency"]["type"], json!("string"));
    }
}
