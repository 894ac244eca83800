//! The review of an emergency opening: it ends in a finding.

use crate::access::act::ReviewBreakGlass;
use crate::domain::emergency::Finding;
use crate::domain::obstacle::Obstacle;
use crate::store::{GlassView, Halt, ReviewDraft, Work};

/// Reviews the opening. A question is asked as often as needed; a final finding stands.
pub fn review(
    work: &mut Work<'_, ReviewBreakGlass>,
    draft: &ReviewDraft,
) -> Result<GlassView, Halt> {
    let before = work.before()?;
    may_follow(before.finding())?;
    measured(draft)?;
    work.review(draft)
}

fn may_follow(before: Option<Finding>) -> Result<(), Obstacle> {
    match before {
        None | Some(Finding::Query) => Ok(()),
        Some(Finding::Ok | Finding::Breach) => Err(Obstacle::State { why: "already_reviewed" }),
    }
}

fn measured(draft: &ReviewDraft) -> Result<(), Obstacle> {
    match (draft.finding, &draft.measure) {
        (Finding::Breach, None) => {
            Err(Obstacle::Field { field: "measure", reason: "required_after_a_breach" })
        }
        (Finding::Breach, Some(_)) | (Finding::Ok | Finding::Query, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_can_be_followed_and_a_final_finding_can_not() {
        assert_eq!(may_follow(None), Ok(()));
        assert_eq!(may_follow(Some(Finding::Query)), Ok(()));
        for last in [Finding::Ok, Finding::Breach] {
            assert_eq!(may_follow(Some(last)), Err(Obstacle::State { why: "already_reviewed" }));
        }
    }

    #[test]
    fn a_breach_needs_a_measure_and_nothing_else_does() {
        let draft = |finding, measure: Option<&str>| ReviewDraft {
            finding,
            reason: "Seen through.".into(),
            measure: measure.map(str::to_owned),
        };
        assert!(measured(&draft(Finding::Breach, None)).is_err());
        assert!(measured(&draft(Finding::Breach, Some("Reported."))).is_ok());
        assert!(measured(&draft(Finding::Ok, None)).is_ok());
        assert!(measured(&draft(Finding::Query, None)).is_ok());
    }
}
