//! What one act is weighed with. Cedar's cost grows with the number of policies, so each act has
//! a set of its own, and within it each kind of principal.
//!
//! **Invariant:** a policy is left out only where its types say that it can never apply.

use std::collections::HashMap;

use cedar_policy::{Entity, EntityUid, PolicySet, Schema};

use super::act;
use super::clause::Clause;
use super::policy::PolicyError;
use super::scene::{self, Cast};

/// An act as Cedar knows it, and the policies that can bear on it.
pub(super) struct Scope {
    /// The act's name to Cedar.
    pub action: EntityUid,
    /// The act with the families that it belongs to.
    pub action_entity: Entity,
    /// The entity that stands for its target.
    pub resource: EntityUid,
    /// The policies, by who asks.
    pub by_principal: HashMap<EntityUid, PolicySet>,
}

impl Scope {
    /// Sorts the policies by the acts and the kinds of principal that they can bear on. Every act
    /// of the service stands in the schema, on the same type of resource.
    pub(super) fn all(
        clauses: &[Clause],
        schema: &Schema,
        cast: &Cast,
    ) -> Result<HashMap<&'static str, Self>, PolicyError> {
        let actions =
            schema.action_entities().map_err(|error| PolicyError::Actions(Box::new(error)))?;
        let reach: Vec<_> = clauses
            .iter()
            .map(|clause| clause.policy.get_valid_request_envs(schema).collect::<Vec<_>>())
            .collect();
        let mut scopes = HashMap::new();
        for (name, resource, ..) in act::ALL {
            let unknown = || PolicyError::Act((*name).to_owned());
            let action_entity = actions
                .iter()
                .find(|entity| entity.uid().id().unescaped() == *name)
                .ok_or_else(unknown)?
                .clone();
            let action = action_entity.uid();
            let resource = scene::nameless(resource).map_err(PolicyError::Name)?;
            let mut kinds = schema.resources_for_action(&action).ok_or_else(unknown)?.peekable();
            if kinds.peek().is_none() || !kinds.all(|kind| kind == resource.type_name()) {
                return Err(unknown());
            }
            let mut by_principal = HashMap::new();
            for part in cast.all() {
                let bearing = clauses.iter().zip(&reach).filter(|(_, envs)| {
                    envs.iter()
                        .any(|env| *env.action() == action && env.principal() == part.type_name())
                });
                by_principal.insert(part.clone(), set(bearing.map(|(clause, _)| clause))?);
            }
            scopes.insert(*name, Self { action, action_entity, resource, by_principal });
        }
        Ok(scopes)
    }
}

/// Puts policies together under their own ids.
pub(super) fn set<'a>(
    clauses: impl IntoIterator<Item = &'a Clause>,
) -> Result<PolicySet, PolicyError> {
    PolicySet::from_policies(clauses.into_iter().map(|clause| clause.policy.clone()))
        .map_err(|error| PolicyError::Set(Box::new(error)))
}
