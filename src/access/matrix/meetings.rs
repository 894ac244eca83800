//! Situations around a meeting about a plan.

use super::callers::{Caller, Kin as Family};
use super::situations::{Section, own, protect, stranger, when};
use crate::access::facts::{Facts, Kin};

pub(super) const SECTIONS: &[Section] = &[Section {
    title: "A meeting about a plan",
    situations: &[
        when(
            "assigned, one's unit coordinates; or called in person, the answer is one's own",
            called,
        ),
        when(
            "assigned, another unit coordinates; or called, the answer is another's",
            |who, facts| {
                called(who, facts);
                facts.situation.coordinator = false;
                facts.situation.own_answer = false;
            },
        ),
        when("one's own unit is called, and takes no part in the case", |who, facts| {
            stranger(who, facts);
            facts.situation.called = who.place().is_some();
            facts.situation.inside = who.place().is_some();
            facts.aware = who.place().is_some();
        }),
        when("called; the child decides alone", |who, facts| {
            called(who, facts);
            facts.situation.disposes = true;
            facts.aware = who.kin != Family::Guardian;
        }),
        when("as A, nobody has consented to a plan", |who, facts| {
            called(who, facts);
            facts.situation.plan_consent = false;
        }),
        when("neither assigned nor called", stranger),
        when("as A, with a conflict of interest", |who, facts| {
            called(who, facts);
            facts.situation.conflict = true;
        }),
        when(
            "as A, the child's identity is protected and the caller is no handler",
            |who, facts| {
                protect(who, facts);
                facts.situation.called = true;
                facts.aware = who.kin != Family::None;
            },
        ),
        when("as A, the case is closed", |who, facts| {
            called(who, facts);
            facts.situation.closed = true;
        }),
    ],
    acts: &[
        "PreviewMeeting",
        "CallMeeting",
        "ListMeetings",
        "ListOwnMeetings",
        "ReadMeeting",
        "AnswerMeeting",
        "ChangeMeeting",
        "HoldMeeting",
        "EvaluateMeeting",
    ],
}];

/// A meeting of one's own case, to which one's unit, or oneself, is called; what is answered is
/// answered by or for a guardian.
fn called(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.called = true;
    facts.situation.recipient_person = Some(Kin::Guardian);
}
