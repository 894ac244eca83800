//! The work around a child comes to its next stage when the child was heard there, or it says why
//! not.

use super::unchanged;
use crate::access::act::TakePracticeStep;
use crate::domain::ids::ItemId;
use crate::domain::obstacle::Obstacle;
use crate::domain::practice::{Stage, StageObstacle};
use crate::store::{Halt, PracticeView, Work};

/// Comes to `to`, with what the child said as `voice` has it.
pub fn step(
    work: &mut Work<'_, TakePracticeStep>,
    to: Stage,
    voice: ItemId,
    expected: i64,
) -> Result<PracticeView, Halt> {
    let before = work.before()?;
    unchanged(expected, before.version)?;
    let field = "child_voice";
    let Some(said) = work.voice(voice)? else {
        return Err(Obstacle::Field { field, reason: "not_a_child_voice" }.into());
    };
    let heard = before.stage.step(to, &said).map_err(|obstacle| match obstacle {
        StageObstacle::NotNext => Obstacle::State { why: "not_the_next_stage" },
        StageObstacle::VoiceOfAnotherStage => Obstacle::Field { field, reason: "of_another_stage" },
    })?;
    work.step(&before, to, heard, voice)
}
