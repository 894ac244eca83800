//! Taking a publication back.

use crate::access::act::{MarkMissent, RevokePublication};
use crate::domain::obstacle::Obstacle;
use crate::store::{Halt, PublicationView, Work};

/// Takes a publication back. What was read stays read, and on record.
pub fn revoke(
    work: &mut Work<'_, RevokePublication>,
    because: &str,
) -> Result<PublicationView, Halt> {
    let before = work.before()?;
    if before.recalled.is_some() {
        return Err(Obstacle::State { why: "already_revoked" }.into());
    }
    work.revoke(because)
}

/// Says that a publication was sent wrong. One that was taken back can be found wrong later.
pub fn mark_missent(
    work: &mut Work<'_, MarkMissent>,
    because: &str,
) -> Result<PublicationView, Halt> {
    let before = work.before()?;
    if before.recalled.is_some_and(|recall| recall.missent) {
        return Err(Obstacle::State { why: "already_missent" }.into());
    }
    work.recall_missent(because)
}
