//! Identifiers. One shape, one type per noun, so that two ids can't be swapped by mistake.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use uuid::Uuid;

/// A random or time-ordered UUID (RFC 9562) that names one `Of`.
pub struct Id<Of> {
    uuid: Uuid,
    of: PhantomData<fn() -> Of>,
}

/// Kinds of things that have an [`Id`]. They are never built: they only tell ids apart.
pub mod kind {
    /// A collaboration area: a municipality and those who work with its children.
    pub enum Area {}
    /// An authority or private body that holds its own sphere of secrecy.
    pub enum Agency {}
    /// A working unit of an agency.
    pub enum Unit {}
    /// A professional.
    pub enum Staff {}
    /// A child, guardian or other private person.
    pub enum Person {}
    /// A request for joint help.
    pub enum Referral {}
    /// A report that a child may fare ill (SoL 19:1).
    pub enum ConcernReport {}
    /// A coordination case.
    pub enum Case {}
    /// A waiver of secrecy (OSL 10:1, 12:2).
    pub enum Consent {}
    /// A piece of information with one owner.
    pub enum Item {}
    /// A disclosure of one item to one audience.
    pub enum Publication {}
    /// A coordinated individual plan (SoL 10:8, HSL 16:4).
    pub enum Plan {}
    /// A need written in a plan.
    pub enum Need {}
    /// A goal written in a plan.
    pub enum Goal {}
    /// An action written in a plan.
    pub enum Action {}
    /// An entry of the ledger.
    pub enum Entry {}
    /// An assessment of a child's maturity in one matter (OSL 12:3).
    pub enum MaturityAssessment {}
    /// A correction that stands beside an item.
    pub enum Addendum {}
    /// A bar against a guardian (OSL 12:3).
    pub enum GuardianBar {}
    /// A patient's block (PDL 4:4).
    pub enum Block {}
    /// A request for information in an investigation (SoL 20:6).
    pub enum InformationRequest {}
    /// An extract of an agency's log for a child or guardian (PDL 8:5).
    pub enum AccessExtract {}
    /// An emergency opening of a case.
    pub enum BreakGlass {}
    /// Something that a unit must know of.
    pub enum Notice {}
    /// A meeting about a plan.
    pub enum Meeting {}
    /// Somebody who is called to a meeting.
    pub enum Invitee {}
    /// A review of an agency's log.
    pub enum LogReview {}
    /// What was found about a drawn entry.
    pub enum LogFinding {}
    /// An export of a log.
    pub enum LogExport {}
    /// A mark that what a child said is not for its guardians.
    pub enum VoiceMark {}
    /// The choice of a significant event into a case's chronology.
    pub enum EventChoice {}
    /// A step of the work around a child.
    pub enum PracticeStep {}
}

/// See [`kind::Area`].
pub type AreaId = Id<kind::Area>;
/// See [`kind::Agency`].
pub type AgencyId = Id<kind::Agency>;
/// See [`kind::Unit`].
pub type UnitId = Id<kind::Unit>;
/// See [`kind::Staff`].
pub type StaffId = Id<kind::Staff>;
/// See [`kind::Person`].
pub type PersonId = Id<kind::Person>;
/// A person in the role of the child that a case concerns.
pub type ChildId = PersonId;
/// See [`kind::Referral`].
pub type ReferralId = Id<kind::Referral>;
/// See [`kind::ConcernReport`].
pub type ConcernReportId = Id<kind::ConcernReport>;
/// See [`kind::Case`].
pub type CaseId = Id<kind::Case>;
/// See [`kind::Consent`].
pub type ConsentId = Id<kind::Consent>;
/// See [`kind::Item`].
pub type ItemId = Id<kind::Item>;
/// See [`kind::Publication`].
pub type PublicationId = Id<kind::Publication>;
/// See [`kind::Plan`].
pub type PlanId = Id<kind::Plan>;
/// See [`kind::Need`].
pub type NeedId = Id<kind::Need>;
/// See [`kind::Goal`].
pub type GoalId = Id<kind::Goal>;
/// See [`kind::Action`].
pub type ActionId = Id<kind::Action>;
/// See [`kind::Entry`].
pub type EntryId = Id<kind::Entry>;
/// See [`kind::MaturityAssessment`].
pub type MaturityAssessmentId = Id<kind::MaturityAssessment>;
/// See [`kind::Addendum`].
pub type AddendumId = Id<kind::Addendum>;
/// See [`kind::GuardianBar`].
pub type GuardianBarId = Id<kind::GuardianBar>;
/// See [`kind::Block`].
pub type BlockId = Id<kind::Block>;
/// See [`kind::InformationRequest`].
pub type InformationRequestId = Id<kind::InformationRequest>;
/// See [`kind::BreakGlass`].
pub type BreakGlassId = Id<kind::BreakGlass>;
/// See [`kind::AccessExtract`].
pub type AccessExtractId = Id<kind::AccessExtract>;
/// See [`kind::Notice`].
pub type NoticeId = Id<kind::Notice>;
/// See [`kind::Meeting`].
pub type MeetingId = Id<kind::Meeting>;
/// See [`kind::Invitee`].
pub type InviteeId = Id<kind::Invitee>;
/// See [`kind::LogReview`].
pub type LogReviewId = Id<kind::LogReview>;
/// See [`kind::LogFinding`].
pub type LogFindingId = Id<kind::LogFinding>;
/// See [`kind::LogExport`].
pub type LogExportId = Id<kind::LogExport>;
/// See [`kind::VoiceMark`].
pub type VoiceMarkId = Id<kind::VoiceMark>;
/// See [`kind::EventChoice`].
pub type EventChoiceId = Id<kind::EventChoice>;
/// See [`kind::PracticeStep`].
pub type PracticeStepId = Id<kind::PracticeStep>;

impl<Of> Id<Of> {
    /// Names `uuid` as an id of this kind.
    pub const fn new(uuid: Uuid) -> Self {
        Self { uuid, of: PhantomData }
    }

    /// The id that nothing has. A search for it finds nothing and costs the same as any other.
    pub const fn nobody() -> Self {
        Self::new(Uuid::nil())
    }

    /// The bare UUID, for the database and the wire.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<Of> Clone for Id<Of> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Of> Copy for Id<Of> {}

impl<Of> PartialEq for Id<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<Of> Eq for Id<Of> {}

impl<Of> PartialOrd for Id<Of> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<Of> Ord for Id<Of> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<Of> Hash for Id<Of> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<Of> fmt::Display for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<Of> fmt::Debug for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<Of> From<Uuid> for Id<Of> {
    fn from(uuid: Uuid) -> Self {
        Self::new(uuid)
    }
}
