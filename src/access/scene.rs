//! Facts in Cedar's own terms: a principal, a resource and a context.
//!
//! **Invariant:** no id of a person or a thing is put before the policies; of ids they see
//! agencies' only, to tell whether two are the same.

use cedar_policy::{Context, Entity, EntityId, EntityTypeName, EntityUid, ParseErrors};

use super::fact::Fact;
use super::facts::{Facts, Kin, Principal, PrincipalKind, Resource, Situation};
use crate::domain::agency::AgencyKind;
use crate::domain::ground::Ground;
use crate::domain::ids::AgencyId;
use crate::domain::text::Coded;

/// The three types of principal. Each stands in Cedar as one nameless entity.
#[derive(Clone)]
pub(super) struct Cast {
    staff: EntityUid,
    citizen: EntityUid,
    operator: EntityUid,
}

/// The type of a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A professional, or nobody that the register knows.
    Staff,
    /// A private person.
    Citizen,
    /// The person at the host's command line.
    Operator,
}

/// Which facts somebody reads, by their names.
pub(super) type Wanted<'a> = dyn Fn(&str) -> bool + 'a;

/// Facts, each with its name.
pub(super) type Named = Vec<(String, Fact)>;

/// One question's facts, as far as somebody reads them.
#[derive(Debug)]
pub(super) struct Scene {
    /// Who asks.
    pub principal: Named,
    /// What it is about.
    pub resource: Named,
    /// How the two stand to each other.
    pub situation: Named,
}

/// Facts, as far as somebody reads them.
struct Record<'a> {
    wanted: &'a dyn Fn(&str) -> bool,
    named: Named,
}

impl Part {
    /// Every part.
    pub(super) const ALL: [Self; 3] = [Self::Staff, Self::Citizen, Self::Operator];

    /// The part that principals of this kind have.
    pub(super) const fn of(kind: PrincipalKind) -> Self {
        match kind {
            PrincipalKind::Staff { .. } | PrincipalKind::Unknown => Self::Staff,
            PrincipalKind::Citizen => Self::Citizen,
            PrincipalKind::Operator => Self::Operator,
        }
    }

    /// Its entity type to Cedar.
    pub(super) const fn type_name(self) -> &'static str {
        match self {
            Self::Staff => "Staff",
            Self::Citizen => "Citizen",
            Self::Operator => "Operator",
        }
    }

    /// The word for it where facts are written down.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Citizen => "citizen",
            Self::Operator => "operator",
        }
    }
}

impl Scene {
    /// The facts that are `wanted`.
    pub(super) fn of(facts: &Facts, wanted: &dyn Fn(&str) -> bool) -> Self {
        Self {
            principal: principal(&facts.principal, wanted),
            resource: resource(&facts.resource, wanted),
            situation: situation(facts, wanted),
        }
    }
}

impl Cast {
    /// Names the types once, for it costs more than building an entity.
    pub(super) fn new() -> Result<Self, Box<ParseErrors>> {
        Ok(Self {
            staff: nameless(Part::Staff.type_name())?,
            citizen: nameless(Part::Citizen.type_name())?,
            operator: nameless(Part::Operator.type_name())?,
        })
    }

    /// The entity that stands for principals of this type.
    pub(super) fn part(&self, part: Part) -> &EntityUid {
        match part {
            Part::Staff => &self.staff,
            Part::Citizen => &self.citizen,
            Part::Operator => &self.operator,
        }
    }

    /// Every part.
    pub(super) fn all(&self) -> [&EntityUid; 3] {
        [&self.staff, &self.citizen, &self.operator]
    }
}

/// The entity `uid` with its facts; `None` when Cedar can't take them, which the caller must treat
/// as a refusal.
pub(super) fn entity(uid: &EntityUid, facts: Named) -> Option<Entity> {
    let facts = facts.into_iter().map(|(name, fact)| (name, fact.into()));
    Entity::new_with_tags(uid.clone(), facts, [], []).ok()
}

/// The facts of a situation; `None` as for an entity.
pub(super) fn context(facts: Named) -> Option<Context> {
    Context::from_pairs(facts.into_iter().map(|(name, fact)| (name, fact.into()))).ok()
}

/// Who asks.
fn principal(principal: &Principal, wanted: &dyn Fn(&str) -> bool) -> Named {
    let mut record = Record { wanted, named: Vec::new() };
    match principal.kind {
        PrincipalKind::Staff { agency, agency_kind, public } => {
            record.staff(principal, Some((agency, agency_kind)), public);
        }
        PrincipalKind::Unknown => record.staff(principal, None, false),
        PrincipalKind::Citizen => {
            record.put("loa", || assurance(principal));
            record.put("hour", || hour(principal));
        }
        PrincipalKind::Operator => {}
    }
    record.named
}

/// What is asked about.
fn resource(resource: &Resource, wanted: &dyn Fn(&str) -> bool) -> Named {
    let owner = resource.owner;
    let mut record = Record { wanted, named: Vec::new() };
    record.put("owner", || agency(owner.map(|it| it.agency)));
    record.put("owner_kind", || code(owner.map(|it| it.agency_kind)));
    record.put("category", || code(resource.category));
    record.put("regime", || code(owner.map(|it| it.regime)));
    record.flag("public", owner.is_some_and(|it| it.public));
    record.named
}

/// How the two stand to each other.
fn situation(facts: &Facts, wanted: &dyn Fn(&str) -> bool) -> Named {
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
        recipient_person,
        recipient_hidden,
        agency_party,
        breaking,
        safety,
        blocked,
        patient_asks,
        hidden,
        representative,
        stands_for: _,
        disposes,
        closed,
        archived,
        plan_consent,
        guardians_agreed,
        harm,
        investigation,
        requested,
        narrower_wish,
        wish_met,
        own_act,
        in_force,
        called,
    } = &facts.situation;
    let to = *recipient;
    let mut record = Record { wanted, named: Vec::new() };
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
    record.put("age", || Fact::Number(age.0));
    record.put("live", || grounds(live.iter().map(|opening| opening.ground)));
    record.put("ended", || grounds(ended.iter().map(|ended| ended.opening.ground)));
    record.put("ground", || code(*ground));
    record.flag("reasoned", *reasoned);
    record.flag("consent", consent.is_some());
    record.put("recipient", || agency(to.map(|it| it.agency)));
    record.put("recipient_kind", || code(to.map(|it| it.agency_kind)));
    record.put("recipient_unit_kind", || code(to.map(|it| it.unit_kind)));
    record.put("recipient_regime", || code(to.map(|it| it.regime)));
    record.flag("recipient_public", to.is_some_and(|it| it.public));
    record.flag("recipient_party", *recipient_party);
    record.put("recipient_person", || word(recipient_person.map_or("", Kin::word)));
    record.flag("recipient_hidden", *recipient_hidden);
    record.flag("agency_party", *agency_party);
    record.flag("breaking", *breaking);
    record.flag("safety", *safety);
    record.flag("blocked", *blocked);
    record.flag("patient_asks", *patient_asks);
    record.flag("hidden", *hidden);
    record.flag("representative", *representative);
    record.flag("disposes", *disposes);
    record.flag("closed", *closed);
    record.flag("archived", *archived);
    record.flag("plan_consent", *plan_consent);
    record.flag("guardians_agreed", *guardians_agreed);
    record.put("harm", || code(*harm));
    record.flag("investigation", *investigation);
    record.flag("requested", *requested);
    record.flag("narrower_wish", *narrower_wish);
    record.flag("wish_met", *wish_met);
    record.flag("own_act", *own_act);
    record.flag("in_force", *in_force);
    record.flag("called", *called);
    record.named
}

/// The entity that stands for whatever is of the type `name`.
pub(super) fn nameless(name: &str) -> Result<EntityUid, Box<ParseErrors>> {
    let kind: EntityTypeName = name.parse().map_err(Box::new)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new("it")))
}

impl Record<'_> {
    fn put(&mut self, name: &str, fact: impl FnOnce() -> Fact) {
        if (self.wanted)(name) {
            self.named.push((name.to_owned(), fact()));
        }
    }

    fn flag(&mut self, name: &str, is: bool) {
        self.put(name, || Fact::Flag(is));
    }

    fn staff(&mut self, principal: &Principal, of: Option<(AgencyId, AgencyKind)>, public: bool) {
        let acting = principal.acting.as_ref();
        self.put("agency", || agency(of.map(|(agency, _)| agency)));
        self.put("agency_kind", || word(of.map_or("none", |(_, kind)| kind.code())));
        self.flag("public", public);
        self.put("loa", || assurance(principal));
        self.put("hour", || hour(principal));
        self.put("roles", || words(acting.map_or(&[], |acting| &acting.roles)));
        self.put("duties", || words(&principal.duties));
        self.put("unit_kind", || word(acting.map_or("none", |it| it.place.unit_kind.code())));
    }
}

fn assurance(principal: &Principal) -> Fact {
    Fact::Number(i64::from(principal.assurance))
}

fn hour(principal: &Principal) -> Fact {
    Fact::Number(i64::from(principal.hour))
}

fn agency(id: Option<AgencyId>) -> Fact {
    Fact::Word(id.map_or_else(String::new, |id| id.to_string()))
}

fn word(word: &str) -> Fact {
    Fact::Word(word.to_owned())
}

fn code<T: Coded>(member: Option<T>) -> Fact {
    word(member.map_or("", T::code))
}

fn words<T: Coded>(members: &[T]) -> Fact {
    Fact::Words(members.iter().map(|member| member.code().to_owned()).collect())
}

fn grounds(grounds: impl Iterator<Item = Ground>) -> Fact {
    Fact::Words(grounds.map(|ground| ground.code().to_owned()).collect())
}
