//! Facts in Cedar's own terms: a principal, a resource and a context.
//!
//! **Invariant:** no id of a person or a thing is put before the policies; of ids they see
//! agencies' only, to tell whether two are the same.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Context, ContextCreationError, Entity, EntityAttrEvaluationError, EntityId, EntityTypeName,
    EntityUid, ParseErrors, RestrictedExpression as Value,
};

use super::facts::{Facts, Principal, PrincipalKind, Resource, Situation};
use crate::domain::ground::Ground;
use crate::domain::text::Coded;

/// The three types of principal. Each stands in Cedar as one nameless entity.
pub(super) struct Cast {
    staff: EntityUid,
    citizen: EntityUid,
    operator: EntityUid,
}

impl Cast {
    /// Names the types once, for it costs more than building an entity.
    pub(super) fn new() -> Result<Self, Box<ParseErrors>> {
        Ok(Self {
            staff: nameless("Staff")?,
            citizen: nameless("Citizen")?,
            operator: nameless("Operator")?,
        })
    }

    /// The entity that stands for principals of this kind.
    pub(super) fn part(&self, kind: PrincipalKind) -> &EntityUid {
        match kind {
            PrincipalKind::Staff { .. } | PrincipalKind::Unknown => &self.staff,
            PrincipalKind::Citizen => &self.citizen,
            PrincipalKind::Operator => &self.operator,
        }
    }

    /// Every part.
    pub(super) fn all(&self) -> [&EntityUid; 3] {
        [&self.staff, &self.citizen, &self.operator]
    }

    /// Who asks.
    pub(super) fn principal(
        &self,
        principal: &Principal,
    ) -> Result<Entity, EntityAttrEvaluationError> {
        let attributes = match principal.kind {
            PrincipalKind::Staff { agency, agency_kind, public } => {
                staff(principal, agency.to_string(), agency_kind.code(), public)
            }
            PrincipalKind::Unknown => staff(principal, String::new(), "none", false),
            PrincipalKind::Citizen => pairs([("loa", assurance(principal))]),
            PrincipalKind::Operator => HashMap::new(),
        };
        Entity::new(self.part(principal.kind).clone(), attributes, HashSet::new())
    }
}

/// What is asked about; `uid` is the nameless entity of its type.
pub(super) fn resource(
    uid: &EntityUid,
    resource: &Resource,
) -> Result<Entity, EntityAttrEvaluationError> {
    let owner = resource.owner;
    let attributes = pairs([
        ("owner", Value::new_string(owner.map_or_else(String::new, |it| it.agency.to_string()))),
        ("owner_kind", code(owner.map(|it| it.agency_kind))),
        ("category", code(resource.category)),
        ("regime", code(owner.map(|it| it.regime))),
    ]);
    Entity::new(uid.clone(), attributes, HashSet::new())
}

/// How the two stand to each other.
pub(super) fn context(facts: &Facts) -> Result<Context, ContextCreationError> {
    let Situation {
        assigned,
        party,
        coordinator,
        named_owner,
        inside,
        own_agency,
        own_pupil,
        conflict,
        protected,
        handler,
        guardian,
        themself,
        own_answer,
        age,
        live,
        ended,
        ground,
        reasoned,
        consent,
        recipient,
        recipient_party,
    } = &facts.situation;
    let flag = |is: &bool| Value::new_bool(*is);
    let to = *recipient;
    Context::from_pairs(
        [
            ("assigned", flag(assigned)),
            ("party", Value::new_string(party.word().to_owned())),
            ("coordinator", flag(coordinator)),
            ("named_owner", flag(named_owner)),
            ("inside", flag(inside)),
            ("own_agency", flag(own_agency)),
            ("own_pupil", flag(own_pupil)),
            ("child_known", Value::new_bool(facts.resource.child.is_some())),
            ("conflict", flag(conflict)),
            ("protected", flag(protected)),
            ("handler", flag(handler)),
            ("guardian", flag(guardian)),
            ("themself", flag(themself)),
            ("own_answer", flag(own_answer)),
            ("age", Value::new_long(age.0)),
            ("live", grounds(live.iter().map(|opening| opening.ground))),
            ("ended", grounds(ended.iter().map(|ended| ended.opening.ground))),
            ("ground", code(*ground)),
            ("reasoned", flag(reasoned)),
            ("consent", Value::new_bool(consent.is_some())),
            (
                "recipient",
                Value::new_string(to.map_or_else(String::new, |it| it.agency.to_string())),
            ),
            ("recipient_kind", code(to.map(|it| it.agency_kind))),
            ("recipient_unit_kind", code(to.map(|it| it.unit_kind))),
            ("recipient_public", Value::new_bool(to.is_some_and(|it| it.public))),
            ("recipient_party", flag(recipient_party)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The entity that stands for whatever is of the type `name`.
pub(super) fn nameless(name: &str) -> Result<EntityUid, Box<ParseErrors>> {
    let kind: EntityTypeName = name.parse().map_err(Box::new)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new("it")))
}

fn staff(
    principal: &Principal,
    agency: String,
    agency_kind: &str,
    public: bool,
) -> HashMap<String, Value> {
    let acting = principal.acting.as_ref();
    let roles = acting.map_or(&[][..], |acting| &acting.roles);
    let unit_kind = acting.map_or("none", |acting| acting.place.unit_kind.code());
    pairs([
        ("agency", Value::new_string(agency)),
        ("agency_kind", Value::new_string(agency_kind.to_owned())),
        ("public", Value::new_bool(public)),
        ("loa", assurance(principal)),
        ("roles", words(roles)),
        ("duties", words(&principal.duties)),
        ("unit_kind", Value::new_string(unit_kind.to_owned())),
    ])
}

fn assurance(principal: &Principal) -> Value {
    Value::new_long(i64::from(principal.assurance))
}

fn pairs<const N: usize>(pairs: [(&str, Value); N]) -> HashMap<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn code<T: Coded>(member: Option<T>) -> Value {
    Value::new_string(member.map_or("", T::code).to_owned())
}

fn words<T: Coded>(members: &[T]) -> Value {
    Value::new_set(members.iter().map(|member| Value::new_string(member.code().to_owned())))
}

fn grounds(grounds: impl Iterator<Item = Ground>) -> Value {
    Value::new_set(grounds.map(|ground| Value::new_string(ground.code().to_owned())))
}
