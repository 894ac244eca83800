//! Giving, refusing and taking back a consent.

use crate::access::act::{AnswerConsent, WithdrawConsent};
use crate::domain::consent::{Answer, ConsentKind, Manner, latest};
use crate::domain::ids::PersonId;
use crate::domain::obstacle::Obstacle;
use crate::store::{AnswerDraft, ConsentView, Halt, Work};

/// Records an answer by somebody who must give the consent.
pub fn answer(
    work: &mut Work<'_, AnswerConsent>,
    draft: &AnswerDraft,
) -> Result<ConsentView, Halt> {
    let before = work.before()?;
    let giver = work.act().giver;
    is_asked(&before, giver)?;
    witnessed(draft)?;
    asked_for(&before, draft)?;
    if draft.answer == Answer::Unreachable {
        cannot_be_reached(&before, giver, work.is_in_person())?;
    }
    work.answer(&before, draft)
}

/// Takes a given consent back, from now on. It is possible at any time, by anyone who gave it; an
/// adult, or a child that decides alone, takes back what was given for them, too.
pub fn withdraw(
    work: &mut Work<'_, WithdrawConsent>,
    draft: &AnswerDraft,
) -> Result<ConsentView, Halt> {
    let giver = work.act().giver;
    let before = work.before()?;
    let known = before.answers.iter().any(|answer| answer.given.giver == giver);
    if !known {
        is_asked(&before, giver)?;
    }
    if gave(&before, giver) || (before.ways.alone(giver) && given_for(&before, giver)) {
        return work.withdraw(&before, draft);
    }
    Err(Obstacle::State { why: "not_given" }.into())
}

/// Whether the last that `giver` said was yes.
fn gave(consent: &ConsentView, giver: PersonId) -> bool {
    said(consent, giver) == Some(Answer::Given)
}

/// Whether others have given it for `child`, who has not said anything yet.
fn given_for(consent: &ConsentView, child: PersonId) -> bool {
    said(consent, child).is_none()
        && consent.answers.iter().any(|answer| gave(consent, answer.given.giver))
}

fn said(consent: &ConsentView, giver: PersonId) -> Option<Answer> {
    let given: Vec<_> = consent.answers.iter().map(|answer| answer.given.clone()).collect();
    latest(&given, giver).map(|given| given.answer)
}

/// Whoever must give it today answers. A guardian is also asked about a plan, whoever must: it is
/// noted whether they agree, though the plan doesn't wait for them.
fn is_asked(consent: &ConsentView, giver: PersonId) -> Result<(), Obstacle> {
    let of_plan =
        consent.terms.kind == ConsentKind::Plan && consent.family.deciding().contains(&giver);
    if consent.ways.people().contains(&giver) || (of_plan && !consent.ways.0.is_empty()) {
        return Ok(());
    }
    Err(Obstacle::Field { field: "giver", reason: "not_a_giver" })
}

fn witnessed(draft: &AnswerDraft) -> Result<(), Obstacle> {
    match (draft.manner, &draft.witness) {
        (Some(Manner::OralWithWitness), None) => {
            Err(Obstacle::Field { field: "witness", reason: "required_when_oral" })
        }
        (Some(Manner::OralWithWitness), Some(_))
        | (Some(Manner::Written | Manner::Signed) | None, _) => Ok(()),
    }
}

/// Nobody gives more than was asked for.
fn asked_for(consent: &ConsentView, draft: &AnswerDraft) -> Result<(), Obstacle> {
    match &draft.categories {
        Some(part) if !part.is_subset(&consent.terms.categories) => {
            Err(Obstacle::Field { field: "categories", reason: "not_asked_for" })
        }
        Some(_) | None => Ok(()),
    }
}

/// That somebody can't be reached is for staff to record, of a guardian, and only as long as they
/// have said nothing: a no is never lost.
fn cannot_be_reached(
    consent: &ConsentView,
    giver: PersonId,
    in_person: bool,
) -> Result<(), Obstacle> {
    if in_person {
        return Err(Obstacle::Field { field: "answer", reason: "recorded_by_staff" });
    }
    if giver == consent.child {
        return Err(Obstacle::Field { field: "giver", reason: "not_a_guardian" });
    }
    match said(consent, giver) {
        None | Some(Answer::Unreachable) => Ok(()),
        Some(Answer::Given | Answer::Refused | Answer::Withdrawn) => {
            Err(Obstacle::State { why: "has_answered" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oral_answer_needs_a_witness_and_others_do_not() {
        let draft = |manner, witness: Option<&str>| AnswerDraft {
            answer: Answer::Given,
            categories: None,
            manner,
            language: Some("sv".into()),
            witness: witness.map(str::to_owned),
            evidence: None,
            reason: None,
        };
        assert!(witnessed(&draft(Some(Manner::OralWithWitness), None)).is_err());
        assert!(witnessed(&draft(Some(Manner::OralWithWitness), Some("interpreter"))).is_ok());
        assert!(witnessed(&draft(Some(Manner::Written), None)).is_ok());
        assert!(witnessed(&draft(Some(Manner::Signed), None)).is_ok());
        assert!(witnessed(&draft(None, None)).is_ok());
    }
}
