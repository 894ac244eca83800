//! Facts in Cedar's own terms: a principal, a resource and a context.
//!
//! **Invariant:** no id of a person or a thing is put before the policies; of ids they see
//! agencies' only, to tell whether two are the same.

use cedar_policy::{
    Context, Entity, EntityId, EntityTypeName, EntityUid, ParseErrors,
    RestrictedExpression as Value,
};

use super::facts::{Facts, Principal, PrincipalKind, Resource, Situation};
use crate::domain::agency::AgencyKind;
use crate::domain::ground::Ground;
use crate::domain::ids::AgencyId;
use crate::domain::text::Coded;

/// The three types of principal. Each stands in Cedar as one nameless entity.
pub(super) struct Cast {
    staff: EntityUid,
    citizen: EntityUid,
    operator: EntityUid,
}

/// Attributes, as far as somebody reads them.
struct Record<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
    pairs: Vec<(String, Value)>,
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

    /// Who asks; `None` when Cedar can't take it, which the caller must treat as a refusal.
    pub(super) fn principal(
        &self,
        principal: &Principal,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Option<Entity> {
        let mut record = Record { wanted, pairs: Vec::new() };
        match principal.kind {
            PrincipalKind::Staff { agency, agency_kind, public } => {
                record.staff(principal, Some((agency, agency_kind)), public);
            }
            PrincipalKind::Unknown => record.staff(principal, None, false),
            PrincipalKind::Citizen => record.put("loa", || assurance(principal)),
            PrincipalKind::Operator => {}
        }
        record.entity(self.part(principal.kind))
    }
}

/// What is asked about; `uid` is the nameless entity of its type. `None` as for the principal.
pub(super) fn resource(
    uid: &EntityUid,
    resource: &Resource,
    wanted: &dyn Fn(&str) -> bool,
) -> Option<Entity> {
    let owner = resource.owner;
    let mut record = Record { wanted, pairs: Vec::new() };
    record.put("owner", || agency(owner.map(|it| it.agency)));
    record.put("owner_kind", || code(owner.map(|it| it.agency_kind)));
    record.put("category", || code(resource.category));
    record.put("regime", || code(owner.map(|it| it.regime)));
    record.entity(uid)
}

/// How the two stand to each other. `None` as for the principal.
pub(super) fn context(facts: &Facts, wanted: &dyn Fn(&str) -> bool) -> Option<Context> {
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
    let to = *recipient;
    let mut record = Record { wanted, pairs: Vec::new() };
    record.flag("assigned", *assigned);
    record.put("party", || word(party.word()));
    record.flag("coordinator", *coordinator);
    record.flag("named_owner", *named_owner);
    record.flag("inside", *inside);
    record.flag("own_agency", *own_agency);
    record.flag("own_pupil", *own_pupil);
    record.flag("child_known", facts.resource.child.is_some());
    record.flag("conflict", *conflict);
    record.flag("protected", *protected);
    record.flag("handler", *handler);
    record.flag("guardian", *guardian);
    record.flag("themself", *themself);
    record.flag("own_answer", *own_answer);
    record.put("age", || Value::new_long(age.0));
    record.put("live", || grounds(live.iter().map(|opening| opening.ground)));
    record.put("ended", || grounds(ended.iter().map(|ended| ended.opening.ground)));
    record.put("ground", || code(*ground));
    record.flag("reasoned", *reasoned);
    record.flag("consent", consent.is_some());
    record.put("recipient", || agency(to.map(|it| it.agency)));
    record.put("recipient_kind", || code(to.map(|it| it.agency_kind)));
    record.put("recipient_unit_kind", || code(to.map(|it| it.unit_kind)));
    record.flag("recipient_public", to.is_some_and(|it| it.public));
    record.flag("recipient_party", *recipient_party);
    Context::from_pairs(record.pairs).ok()
}

/// The entity that stands for whatever is of the type `name`.
pub(super) fn nameless(name: &str) -> Result<EntityUid, Box<ParseErrors>> {
    let kind: EntityTypeName = name.parse().map_err(Box::new)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new("it")))
}

impl Record<'_> {
    fn put(&mut self, name: &str, value: impl FnOnce() -> Value) {
        if (self.wanted)(name) {
            self.pairs.push((name.to_owned(), value()));
        }
    }

    fn flag(&mut self, name: &str, is: bool) {
        self.put(name, || Value::new_bool(is));
    }

    fn staff(&mut self, principal: &Principal, of: Option<(AgencyId, AgencyKind)>, public: bool) {
        let acting = principal.acting.as_ref();
        self.put("agency", || agency(of.map(|(agency, _)| agency)));
        self.put("agency_kind", || word(of.map_or("none", |(_, kind)| kind.code())));
        self.flag("public", public);
        self.put("loa", || assurance(principal));
        self.put("roles", || words(acting.map_or(&[], |acting| &acting.roles)));
        self.put("duties", || words(&principal.duties));
        self.put("unit_kind", || word(acting.map_or("none", |it| it.place.unit_kind.code())));
    }

    fn entity(self, uid: &EntityUid) -> Option<Entity> {
        Entity::new_with_tags(uid.clone(), self.pairs, [], []).ok()
    }
}

fn assurance(principal: &Principal) -> Value {
    Value::new_long(i64::from(principal.assurance))
}

fn agency(id: Option<AgencyId>) -> Value {
    Value::new_string(id.map_or_else(String::new, |id| id.to_string()))
}

fn word(word: &str) -> Value {
    Value::new_string(word.to_owned())
}

fn code<T: Coded>(member: Option<T>) -> Value {
    word(member.map_or("", T::code))
}

fn words<T: Coded>(members: &[T]) -> Value {
    Value::new_set(members.iter().map(|member| word(member.code())))
}

fn grounds(grounds: impl Iterator<Item = Ground>) -> Value {
    Value::new_set(grounds.map(|ground| word(ground.code())))
}
