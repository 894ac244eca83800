//! One rule as it stands in its file.

use std::str::FromStr;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet};
use samsyn::access::PolicyFile;
use serde_json::{Value as Form, json};

use crate::fault::Fault;
use crate::world::World;

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The file that it stands in.
    pub file: String,
    /// What it says, in English.
    pub words: String,
    /// Its condition.
    pub policy: Policy,
    /// The same in Cedar's JSON form.
    pub form: Form,
}

impl Rule {
    /// Whether it permits.
    pub fn permits(&self) -> bool {
        self.policy.effect() == Effect::Permit
    }

    /// Its id, with the file where that is not among the common ones.
    pub fn name(&self) -> String {
        format!("{} ({})", self.id, self.file)
    }

    /// A rule with the same words and another condition.
    ///
    /// # Errors
    /// What Cedar doesn't take.
    pub fn with_form(&self, form: Form) -> Result<Self, Fault> {
        let policy = Policy::from_json(Some(self.policy.id().clone()), form.clone())
            .map_err(|error| Fault::wrong(self.name(), error))?;
        Ok(Self { policy, form, ..self.clone() })
    }

    /// Reads every policy of a file, in order. Each needs an `@id`.
    ///
    /// # Errors
    /// What isn't Cedar, and a policy without an id.
    pub fn read_all(file: &PolicyFile) -> Result<Vec<Self>, Fault> {
        let set =
            PolicySet::from_str(&file.text).map_err(|errors| Fault::wrong(&file.name, errors))?;
        let mut policies: Vec<_> = set.policies().collect();
        policies.sort_by_key(|policy| {
            let digits = policy.id().to_string();
            digits.trim_start_matches("policy").parse::<usize>().unwrap_or_default()
        });
        policies
            .into_iter()
            .map(|policy| {
                let said = |name: &str| policy.annotation(name).unwrap_or_default().to_owned();
                let id = said("id");
                if id.is_empty() {
                    return Err(Fault::wrong(&file.name, "there is a policy without `@id`"));
                }
                let policy_id = PolicyId::new(format!("{}:{id}", file.name));
                let policy = policy.new_id(policy_id);
                let form = policy.to_json().map_err(|error| Fault::wrong(&file.name, error))?;
                Ok(Self { file: file.name.clone(), words: said("en"), id, policy, form })
            })
            .collect()
    }

    /// Reads an agency's own policies. They count when it is the agency of who asks, or of what is
    /// asked about; the file's name is the agency's id.
    ///
    /// # Errors
    /// As for [`Rule::read_all`], and what doesn't fit the schema.
    pub fn read_agency(
        file: &PolicyFile,
        gone: &[String],
        world: &World,
    ) -> Result<Vec<Self>, Fault> {
        let agency = file.name.trim_end_matches(".cedar");
        let counts = is_theirs(agency);
        let mut rules = Vec::new();
        for rule in Self::read_all(file)? {
            let Some(rule) = rule.without_acts(gone)? else { continue };
            world.validate(&rule)?;
            let mut form = rule.form.clone();
            if let Some(conditions) = form["conditions"].as_array_mut() {
                conditions.insert(0, json!({ "kind": "when", "body": counts }));
            }
            rules.push(rule.with_form(form)?);
        }
        Ok(rules)
    }

    /// The rule without the acts that are `gone` from its head; none if it is about nothing else.
    ///
    /// # Errors
    /// What Cedar doesn't take.
    pub fn without_acts(&self, gone: &[String]) -> Result<Option<Self>, Fault> {
        let mut form = self.form.clone();
        let is_gone = |entity: &Form| {
            gone.iter().any(|act| entity["type"] == "Action" && entity["id"] == act.as_str())
        };
        let action = &mut form["action"];
        if is_gone(&action["entity"]) {
            return Ok(None);
        }
        if let Some(entities) = action["entities"].as_array_mut() {
            entities.retain(|entity| !is_gone(entity));
            if entities.is_empty() {
                return Ok(None);
            }
        }
        self.with_form(form).map(Some)
    }
}

/// Whether it is the agency of who asks, or of what is asked about.
fn is_theirs(agency: &str) -> Form {
    let is = |variable: &str, attribute: &str| {
        let own = json!({ ".": { "left": { "Var": variable }, "attr": attribute } });
        json!({ "==": { "left": own, "right": { "Value": agency } } })
    };
    let has = json!({ "has": { "left": { "Var": "principal" }, "attr": "agency" } });
    let asks = json!({ "&&": { "left": has, "right": is("principal", "agency") } });
    json!({ "||": { "left": asks, "right": is("resource", "owner") } })
}
