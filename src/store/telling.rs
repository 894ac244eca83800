//! How a decision and what came of it are told in the ledger.

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::Call;
use super::error::StoreError;
use super::journal::{Draft, Opened};
use super::means::Means;
use crate::access::act::{BreakGlass, Reach, ReadItem};
use crate::access::facts::{Facts, Principal, PrincipalKind};
use crate::access::{Act, Answer, Brief, Denial, Permit, RuleId};
use crate::domain::ids::{AgencyId, CaseId, ChildId, EntryId, PersonId, PublicationId};
use crate::domain::text::Coded;
use crate::ledger::{
    ActorKind, ActorMark, Decision, Effect, FactSheet, Header, Outcome, Record, Resource,
};

/// The agency in whose log stands what concerns no other: whoever runs the server.
pub const HOST: AgencyId =
    AgencyId::new(uuid::Uuid::from_u128(0x0000_0000_0000_8000_8000_0000_0000_0001));

/// What came of a permitted act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was done.
    Done,
    /// It was done before; its first answer was shown again.
    Repeated,
    /// The state of things stood in the way.
    NotDone,
}

/// What a job leaves to be told.
#[derive(Debug)]
pub struct Traces {
    /// What was done to each owner's thing besides the target, or to each row of a list.
    pub records: Vec<Record>,
    /// The children that were read of, and the version at which.
    pub seen: Vec<(ChildId, i64)>,
    /// What the act was about, where its target doesn't tell.
    pub about: Option<About>,
    /// The publications that rows were read through.
    pub opened: Vec<PublicationId>,
    /// What it was for, where the request doesn't say.
    pub purpose: Option<String>,
    /// The entry's id.
    pub entry: EntryId,
    /// What was asked for beyond ids.
    pub terms: Option<Value>,
    /// What the act came to in numbers, for the record of its target.
    pub receipt: Option<Value>,
    /// The word for what was done, where it isn't the act's own.
    pub word: Option<&'static str>,
}

/// What an act was about that its target doesn't tell: a question about another act.
#[derive(Clone, Debug)]
pub struct About {
    /// The other act, and its target.
    pub resource: Resource,
    /// The child, where whoever asked knows of it.
    pub subject: Option<ChildId>,
    /// The case, likewise.
    pub case: Option<CaseId>,
}

/// The entry of a permitted act.
pub fn permitted<A: Act>(
    means: &Means,
    call: &Call,
    permit: &Permit<A>,
    traces: Traces,
    ending: Ending,
) -> Result<Draft, StoreError> {
    let facts = permit.facts();
    let Traces { mut records, seen, about, mut opened, purpose, entry, terms, receipt, word } =
        traces;
    // A list is told by its rows; everything else by its target, and by what it touched besides.
    if records.is_empty() || A::REACH == Reach::Changes {
        let receipt = receipt.map(FactSheet::new).transpose()?;
        let target = record(permit, effect::<A>(ending))?;
        records.extend(target.map(|target| Record { terms: receipt, ..target }));
        opened.extend(self::opened(permit));
    }
    records.extend(sought(&facts.principal, terms)?);
    let about = about.unwrap_or_else(|| About {
        resource: target(permit.act()),
        subject: facts.resource.child,
        case: facts.resource.case,
    });
    let header = Header {
        id: entry,
        on_behalf_of: facts.situation.stands_for.or_else(|| stood_for(&records)),
        decision: match permit.overrides() {
            true => Decision::PermitOverride,
            false => Decision::Permit,
        },
        outcome: match ending {
            Ending::Done => Outcome::Done,
            Ending::Repeated | Ending::NotDone => Outcome::NotDone,
        },
        rules: words(permit.rules()),
        subject: about.subject,
        case: about.case,
        resource: Some(about.resource),
        purpose: purpose.or_else(|| call.purpose.clone()),
        action: word.unwrap_or(A::WORD).into(),
        ..header(means, call, permit.act(), facts)?
    };
    let reader = facts.principal.id;
    let opened = opened.into_iter().map(|publication| Opened { publication, reader }).collect();
    Ok(Draft { opened, ..seal(header, records, seen)? })
}

/// The publications that an item is read through, by this permit.
pub fn opened<A: Act>(permit: &Permit<A>) -> Vec<PublicationId> {
    let reads = A::NAME == ReadItem::NAME && !permit.facts().situation.inside;
    let live = permit.openings().iter().filter(|_| reads);
    live.map(|opening| opening.publication).collect()
}

/// The entry of a refusal. To whom may not know of the thing, the header says what it would say
/// had there been nothing; the true rule stands in the owner's record.
pub fn refusal<A: Act>(
    means: &Means,
    call: &Call,
    act: &A,
    denial: &Denial,
    terms: Option<Value>,
) -> Result<Draft, StoreError> {
    let facts = denial.facts();
    let known = is_known(denial);
    let header = Header {
        decision: Decision::Deny,
        outcome: Outcome::Refused,
        action: "Neka".into(),
        rules: words(denial.told()),
        subject: known.then_some(facts.resource.child).flatten(),
        case: known.then_some(facts.resource.case).flatten(),
        on_behalf_of: facts.situation.stands_for.filter(|_| known),
        actor: mark(call, &if known { facts.principal.clone() } else { facts.ghost().principal }),
        ..header(means, call, act, facts)?
    };
    let record = refused(act, denial, Effect::Refused)?;
    let sought = sought(&facts.principal, terms)?;
    seal(header, record.into_iter().chain(sought).collect(), Vec::new())
}

/// Whether a refusal may be told of as what it is: the caller knows of the thing.
pub fn is_known(denial: &Denial) -> bool {
    denial.answer() == Answer::Told && denial.facts().knows()
}

/// The record of a refusal; none where nobody owns what the caller knows of. A refusal of what
/// must not be known and a miss look alike in the caller's log: one sealed record each, the
/// owner's or the host's.
pub fn refused<A: Act>(
    act: &A,
    denial: &Denial,
    effect: Effect,
) -> Result<Option<Record>, StoreError> {
    let (facts, known) = (denial.facts(), is_known(denial));
    let owner = facts.resource.owner.map(|owner| owner.agency).or((!known).then_some(HOST));
    let Some(agency) = owner else { return Ok(None) };
    Ok(Some(Record {
        agency,
        open_to_actor: known,
        child: facts.resource.child,
        case: facts.resource.case,
        resource: target(act),
        category: facts.resource.category.map(|category| category.code().into()),
        effect,
        rules: words(denial.rules()),
        ground: None,
        publication: None,
        consent: None,
        on_behalf_of: facts.situation.stands_for,
        facts: Some(sheet::<A>(facts)?),
        terms: None,
        salt: [0; 16],
    }))
}

/// The record of one thing done to one owner's resource; none where nobody owns it. It gets its
/// salt when it is sealed.
pub fn record<A: Act>(permit: &Permit<A>, effect: Effect) -> Result<Option<Record>, StoreError> {
    let facts = permit.facts();
    // What an emergency opens rests on the ground that was chosen then.
    let emergency = permit.overrides() || A::WORD == BreakGlass::WORD;
    let opening = permit.openings().first().filter(|_| !emergency);
    let chosen = facts.situation.ground.filter(|_| emergency);
    let ground = opening.map(|opening| opening.ground).or(chosen);
    let Some(owner) = facts.resource.owner else { return Ok(None) };
    Ok(Some(Record {
        agency: owner.agency,
        open_to_actor: true,
        child: facts.resource.child,
        case: facts.resource.case,
        resource: Resource { kind: A::RESOURCE.into(), id: facts.resource.id },
        category: facts.resource.category.map(|category| category.code().into()),
        effect,
        rules: words(permit.rules()),
        ground: ground.map(|ground| ground.code().into()),
        publication: opening.map(|opening| opening.publication),
        consent: opening.and_then(|opening| opening.consent),
        on_behalf_of: facts.situation.stands_for,
        facts: Some(sheet::<A>(facts)?),
        terms: None,
        salt: [0; 16],
    }))
}

/// The record of what somebody asked for, in the log of their own agency, or of the host. It is the
/// same whatever was found.
fn sought(principal: &Principal, terms: Option<Value>) -> Result<Option<Record>, StoreError> {
    let Some(terms) = terms else { return Ok(None) };
    Ok(Some(Record {
        agency: agency_of(principal).unwrap_or(HOST),
        open_to_actor: true,
        child: None,
        case: None,
        resource: Resource { kind: "Search".into(), id: None },
        category: None,
        effect: Effect::Asked,
        rules: Vec::new(),
        ground: None,
        publication: None,
        consent: None,
        on_behalf_of: None,
        facts: None,
        terms: Some(FactSheet::new(terms)?),
        salt: [0; 16],
    }))
}

/// The agency for which somebody acts.
pub fn agency_of(principal: &Principal) -> Option<AgencyId> {
    match principal.kind {
        PrincipalKind::Staff { agency, .. } => Some(agency),
        PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => None,
    }
}

/// The facts of one decision, for whoever decides it again.
fn sheet<A: Act>(facts: &Facts) -> Result<FactSheet, StoreError> {
    Ok(FactSheet::new(Brief::of(A::NAME, facts).to_json())?)
}

/// Seals an entry and finds in whose logs it belongs: the actor's agency and the owners'.
pub fn seal(
    header: Header,
    mut records: Vec<Record>,
    seen: Vec<(ChildId, i64)>,
) -> Result<Draft, StoreError> {
    for record in &mut records {
        record.salt = salt()?;
    }
    let mut agencies: BTreeSet<_> = records.iter().map(|record| record.agency).collect();
    agencies.extend(header.actor.agency);
    if agencies.is_empty() {
        agencies.insert(HOST);
    }
    let (id, at) = (header.id, header.at);
    let sealed = header.seal(&records);
    let logs = agencies.into_iter().map(|agency| (agency, sealed.open_to(agency))).collect();
    let lines: Vec<_> = sealed.records.iter().map(|record| record.bytes.as_slice()).collect();
    Ok(Draft {
        id,
        at,
        records: lines.join(&b'\n'),
        header: sealed.header,
        hash: sealed.hash,
        logs,
        seen,
        opened: Vec::new(),
    })
}

pub fn salt() -> Result<[u8; 16], StoreError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| super::vault::VaultError::NoRandomness)?;
    Ok(salt)
}

fn header<A: Act>(
    means: &Means,
    call: &Call,
    act: &A,
    facts: &Facts,
) -> Result<Header, StoreError> {
    Ok(Header {
        id: means.clock.new_id::<EntryId>(),
        at: facts.now,
        act: A::NAME.into(),
        action: A::WORD.into(),
        decision: Decision::Deny,
        outcome: Outcome::Refused,
        rules: Vec::new(),
        policy: means.policy.digest().into(),
        actor: mark(call, &facts.principal),
        on_behalf_of: None,
        request: call.request.clone(),
        client: call.actor.client().map(str::to_owned),
        purpose: call.purpose.clone(),
        reason: call.reason.clone(),
        subject: None,
        case: None,
        resource: Some(target(act)),
        status: None,
        settings: Some(means.settings.to_string()),
        salt: salt()?,
    })
}

/// The one for whom all rows of a list were read by a power. Where they differ, each row tells it.
fn stood_for(records: &[Record]) -> Option<PersonId> {
    let mut people = records.iter().map(|record| record.on_behalf_of);
    let first = people.next().flatten()?;
    people.all(|other| other == Some(first)).then_some(first)
}

/// What an act aims at.
pub(super) fn target<A: Act>(act: &A) -> Resource {
    Resource { kind: A::RESOURCE.into(), id: act.target_id() }
}

pub fn mark(call: &Call, principal: &Principal) -> ActorMark {
    let kind = match principal.kind {
        PrincipalKind::Staff { .. } => ActorKind::Staff,
        PrincipalKind::Citizen => ActorKind::Citizen,
        PrincipalKind::Operator => ActorKind::Operator,
        PrincipalKind::Unknown => ActorKind::Nobody,
    };
    // Who acts through no unit in this matter works somewhere all the same.
    let acting = principal.acting.as_ref().or(principal.home.as_ref());
    ActorMark {
        kind,
        id: (!principal.id.is_nil()).then_some(principal.id),
        name: principal.name.clone(),
        account: call.actor.account().map(str::to_owned),
        role: acting.and_then(|acting| acting.roles.first()).map(|role| role.code().into()),
        unit: acting.map(|acting| acting.place.unit),
        agency: agency_of(principal),
        assurance: Some(principal.assurance),
        issuer: call.actor.issuer().map(str::to_owned),
    }
}

fn effect<A: Act>(ending: Ending) -> Effect {
    match (ending, A::REACH) {
        (Ending::Done, Reach::Changes) => Effect::Changed,
        (Ending::Done, Reach::Reads) => Effect::Shown,
        (Ending::Repeated, _) => Effect::Shown,
        (Ending::NotDone, _) => Effect::Refused,
    }
}

pub fn words(rules: &[RuleId]) -> Vec<String> {
    rules.iter().map(|rule| rule.to_string()).collect()
}
