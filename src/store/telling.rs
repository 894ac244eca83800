//! How a decision and what came of it are told in the ledger.

use std::collections::BTreeSet;

use super::call::Call;
use super::error::StoreError;
use super::journal::Draft;
use super::means::Means;
use crate::access::act::Reach;
use crate::access::facts::{Facts, Principal, PrincipalKind};
use crate::access::{Act, Answer, Denial, Permit, RuleId};
use crate::domain::ids::{AgencyId, ChildId, EntryId};
use crate::domain::text::Coded;
use crate::ledger::{ActorKind, ActorMark, Decision, Effect, Header, Outcome, Record, Resource};

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

/// The entry of a permitted act.
pub fn permitted<A: Act>(
    means: &Means,
    call: &Call,
    permit: &Permit<A>,
    mut records: Vec<Record>,
    seen: Vec<(ChildId, i64)>,
    ending: Ending,
) -> Result<Draft, StoreError> {
    let facts = permit.facts();
    // A list is told by its rows; everything else by its target, and by what it touched besides.
    if records.is_empty() || A::REACH == Reach::Changes {
        records.extend(record(permit, effect::<A>(ending)));
    }
    let header = Header {
        decision: Decision::Permit,
        outcome: match ending {
            Ending::Done => Outcome::Done,
            Ending::Repeated | Ending::NotDone => Outcome::NotDone,
        },
        rules: words(permit.rules()),
        subject: facts.resource.child,
        case: facts.resource.case,
        ..header(means, call, permit.act(), facts)?
    };
    seal(header, records, seen)
}

/// The entry of a refusal. To whom may not know of the thing, the header says what it would say
/// had there been nothing; the true rule stands in the owner's record.
pub fn refusal<A: Act>(
    means: &Means,
    call: &Call,
    act: &A,
    denial: &Denial,
) -> Result<Draft, StoreError> {
    let facts = denial.facts();
    let known = denial.answer() == Answer::Told && facts.knows();
    let header = Header {
        decision: Decision::Deny,
        outcome: Outcome::Refused,
        action: "Neka".into(),
        rules: words(denial.told()),
        subject: known.then_some(facts.resource.child).flatten(),
        case: known.then_some(facts.resource.case).flatten(),
        actor: mark(call, &if known { facts.principal.clone() } else { facts.ghost().principal }),
        ..header(means, call, act, facts)?
    };
    // A refusal of what must not be known and a miss look alike in the caller's log: one sealed
    // record each, the owner's or the host's.
    let owner = facts.resource.owner.map(|owner| owner.agency).or((!known).then_some(HOST));
    let record = owner.map(|agency| Record {
        agency,
        open_to_actor: known,
        child: facts.resource.child,
        case: facts.resource.case,
        resource: Resource { kind: A::RESOURCE.into(), id: act.target_id() },
        category: facts.resource.category.map(|category| category.code().into()),
        effect: Effect::Refused,
        rules: words(denial.rules()),
        ground: None,
        publication: None,
        consent: None,
        salt: [0; 16],
    });
    seal(header, record.into_iter().collect(), Vec::new())
}

/// The record of one thing done to one owner's resource; none where nobody owns it. It gets its
/// salt when it is sealed.
pub fn record<A: Act>(permit: &Permit<A>, effect: Effect) -> Option<Record> {
    let facts = permit.facts();
    let opening = permit.openings().first();
    facts.resource.owner.map(|owner| Record {
        agency: owner.agency,
        open_to_actor: true,
        child: facts.resource.child,
        case: facts.resource.case,
        resource: Resource { kind: A::RESOURCE.into(), id: facts.resource.id },
        category: facts.resource.category.map(|category| category.code().into()),
        effect,
        rules: words(permit.rules()),
        ground: opening.map(|opening| opening.ground.code().into()),
        publication: opening.map(|opening| opening.publication),
        consent: opening.and_then(|opening| opening.consent),
        salt: [0; 16],
    })
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
    let lines: Vec<_> = sealed.records.iter().map(|record| record.bytes.as_slice()).collect();
    Ok(Draft { id, at, header: sealed.header, records: lines.join(&b'\n'), agencies, seen })
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
        request: call.request.clone(),
        client: call.actor.client().map(str::to_owned),
        purpose: call.purpose.clone(),
        reason: call.reason.clone(),
        subject: None,
        case: None,
        resource: Some(Resource { kind: A::RESOURCE.into(), id: act.target_id() }),
        status: None,
        salt: salt()?,
    })
}

fn mark(call: &Call, principal: &Principal) -> ActorMark {
    let (kind, agency) = match principal.kind {
        PrincipalKind::Staff { agency, .. } => (ActorKind::Staff, Some(agency)),
        PrincipalKind::Citizen => (ActorKind::Citizen, None),
        PrincipalKind::Operator => (ActorKind::Operator, None),
        PrincipalKind::Unknown => (ActorKind::Nobody, None),
    };
    let acting = principal.acting.as_ref();
    ActorMark {
        kind,
        id: (!principal.id.is_nil()).then_some(principal.id),
        name: principal.name.clone(),
        role: acting.and_then(|acting| acting.roles.first()).map(|role| role.code().into()),
        unit: acting.map(|acting| acting.place.unit),
        agency,
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

fn words(rules: &[RuleId]) -> Vec<String> {
    rules.iter().map(|rule| rule.to_string()).collect()
}
