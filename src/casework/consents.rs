//! Giving, refusing and taking back a consent.

use crate::access::act::{AnswerConsent, WithdrawConsent};
use crate::domain::consent::{Answer, Manner};
use crate::domain::ids::PersonId;
use crate::domain::obstacle::Obstacle;
use crate::store::{AnswerDraft, ConsentView, Halt, Work};

/// Records an answer by somebody who must give the consent.
pub fn answer(
    work: &mut Work<'_, AnswerConsent>,
    draft: &AnswerDraft,
) -> Result<ConsentView, Halt> {
    let before = work.before()?;
    is_giver(&before.givers, work.act().giver)?;
    witnessed(draft)?;
    work.answer(draft)
}

/// Takes a given consent back, from now on. It is possible at any time, by anyone who gave it.
pub fn withdraw(
    work: &mut Work<'_, WithdrawConsent>,
    draft: &AnswerDraft,
) -> Result<ConsentView, Halt> {
    let giver = work.act().giver;
    let before = work.before()?;
    is_giver(&before.givers, giver)?;
    let latest = before.answers.iter().rev().find(|answer| answer.given.giver == giver);
    match latest.map(|answer| answer.given.answer) {
        Some(Answer::Given) => work.withdraw(draft),
        Some(Answer::Refused | Answer::Withdrawn) | None => {
            Err(Obstacle::State { why: "not_given" }.into())
        }
    }
}

fn is_giver(givers: &[PersonId], giver: PersonId) -> Result<(), Obstacle> {
    if givers.contains(&giver) {
        return Ok(());
    }
    Err(Obstacle::Field { field: "giver", reason: "not_a_giver" })
}

fn witnessed(draft: &AnswerDraft) -> Result<(), Obstacle> {
    match (draft.manner, &draft.witness) {
        (Manner::OralWithWitness, None) => {
            Err(Obstacle::Field { field: "witness", reason: "required_when_oral" })
        }
        (Manner::OralWithWitness, Some(_)) | (Manner::Written | Manner::Signed, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oral_answer_needs_a_witness_and_others_do_not() {
        let draft = |manner, witness: Option<&str>| AnswerDraft {
            answer: Answer::Given,
            manner,
            language: "sv".into(),
            witness: witness.map(str::to_owned),
        };
        assert!(witnessed(&draft(Manner::OralWithWitness, None)).is_err());
        assert!(witnessed(&draft(Manner::OralWithWitness, Some("interpreter"))).is_ok());
        assert!(witnessed(&draft(Manner::Written, None)).is_ok());
        assert!(witnessed(&draft(Manner::Signed, None)).is_ok());
    }
}
