//! What the acts of the assessment and the chronology are decided on: the case, or the item as
//! whoever asks would read it.

use super::{Gather, Gathering};
use crate::access::act::{
    ChooseEvent, ListEvents, ListWheels, ReadChronology, ReadPractice, TakePracticeStep,
    WithdrawEventChoice,
};
use crate::access::facts::{Facts, PrincipalKind};
use crate::store::error::StoreError;

macro_rules! gather_case {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let known = gathering.known()?;
                Ok(gathering.case(self.case, &known)?.facts(gathering, &known))
            }
        }
    )+ };
}
gather_case!(ListWheels, ListEvents, ReadChronology, ReadPractice, TakePracticeStep);

macro_rules! gather_choice {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let known = gathering.known()?;
                let mut facts = gathering.reading(&known, self.item, None)?;
                // What was shown to the family is nothing of theirs to choose.
                facts.aware &= matches!(facts.principal.kind, PrincipalKind::Staff { .. });
                Ok(facts)
            }
        }
    )+ };
}
gather_choice!(ChooseEvent, WithdrawEventChoice);
