//! Acts of the assessment and the chronology: what is made of items, beside what is done with each.

use uuid::Uuid;

use super::{Act, Reach};
use crate::domain::ids::{CaseId, ItemId};

acts! {
    /// See the words in use for the wellbeing indicators.
    Reads "Läsa" ListIndicators(Directory) {}
    /// See the wellbeing wheels of a case that one may read, each beside the one before it.
    Reads "Läsa" ListWheels(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Say that what a child told is not for its guardians, or take that back.
    Changes "Skriva" MarkNotForGuardian(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// See the significant events of a case that one may read.
    Reads "Läsa" ListEvents(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Read a case's chronology, as far as one may read its events.
    Reads "Läsa" ReadChronology(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Choose a significant event into the case's chronology.
    Changes "Skriva" ChooseEvent(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Take a significant event out of the case's chronology.
    Changes "Skriva" WithdrawEventChoice(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// See how far the work around a child has come.
    Reads "Läsa" ReadPractice(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Come to the next stage of the work around a child.
    Changes "Skriva" TakePracticeStep(Case = case) {
        /// The case.
        case: CaseId,
    }
}
