//! The acts: everything that anybody can ask of the service, one type each.
//!
//! **Invariant:** an act names its target and nothing else decides what it touches.

use uuid::Uuid;

use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{
    AgencyId, CaseId, ChildId, ConcernReportId, ConsentId, ItemId, PersonId, PlanId, ReferralId,
    UnitId,
};

/// Whether an act only looks or also changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It shows; its entry goes through the appender.
    Reads,
    /// It changes; its entry stands in the same transaction.
    Changes,
}

/// What an act is aimed at, as the ledger and the policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The Cedar entity type, for example `Item`.
    pub kind: &'static str,
    /// Which one; `None` for an act on a whole, such as the directory.
    pub id: Option<Uuid>,
}

/// Something that an actor wants to do.
pub trait Act: Clone + Send + Sync + 'static {
    /// Its name in the ledger, in the policies and in the access matrix.
    const NAME: &'static str;
    /// The kind of its target: the Cedar entity type of the resource.
    const RESOURCE: &'static str;
    /// Whether it changes anything.
    const REACH: Reach;
    /// The word for it in an access log (Inera log service, `activityType`, and four of our own).
    const WORD: &'static str;
    /// The id of its target.
    fn target_id(&self) -> Option<Uuid>;

    /// Its target.
    fn target(&self) -> Target {
        Target { kind: Self::RESOURCE, id: self.target_id() }
    }
}

/// Spells an act: its fields, and the five facts that [`Act`] asks for.
macro_rules! acts {
    ($($(#[$meta:meta])* $reach:ident $word:literal $name:ident($resource:ident $(= $id:ident)?) {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)*
    })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug)]
            pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }

            impl Act for $name {
                const NAME: &'static str = stringify!($name);
                const RESOURCE: &'static str = stringify!($resource);
                const REACH: Reach = Reach::$reach;
                const WORD: &'static str = $word;
                fn target_id(&self) -> Option<Uuid> { acts!(@id self $($id)?) }
            }
        )+

        /// Every act: its name, its resource's type, whether it changes anything, its log word.
        pub const ALL: &[(&str, &str, Reach, &str)] =
            &[$((stringify!($name), stringify!($resource), Reach::$reach, $word),)+];
    };
    (@id $self:ident $id:ident) => { Some($self.$id.uuid()) };
    (@id $self:ident) => { None };
}

acts! {
    /// See who one is to the service.
    Reads "Läsa" ReadSelf(Directory) {}
    /// See the agencies and units of the area, and what each is for.
    Reads "Läsa" ListUnits(Directory) {}
    /// Load agencies, units, staff and enrolments from the authorities' own registers.
    Changes "Skriva" ImportRegister(Directory) {}

    /// Find a pupil by identity number.
    Reads "Söka" FindChild(Child) {
        /// The number sought. It reaches neither log nor ledger.
        number: IdentityNumber,
    }
    /// Enter a child that has no identity number, or is not born yet.
    Changes "Skriva" RegisterChild(Unit = unit) {
        /// The unit that answers for the entry.
        unit: UnitId,
    }

    /// Ask for joint help for a child.
    Changes "Skriva" MakeReferral(Child = child) {
        /// The child.
        child: ChildId,
    }
    /// See what has come in to a unit.
    Reads "Läsa" ListReferrals(Unit = unit) {
        /// The receiving unit.
        unit: UnitId,
    }
    /// Read a referral.
    Reads "Läsa" ReadReferral(Referral = referral) {
        /// The referral.
        referral: ReferralId,
    }
    /// End a referral in advice, in a concern report, or send it on.
    Changes "Skriva" TriageReferral(Referral = referral) {
        /// The referral.
        referral: ReferralId,
    }
    /// Accept a referral that was sent on.
    Changes "Vidimera" AcceptReferral(Referral = referral) {
        /// The referral.
        referral: ReferralId,
    }

    /// Report concern for a child (SoL 19:1).
    Changes "Skriva" SendConcernReport(Child = child) {
        /// The child.
        child: ChildId,
    }
    /// See the concern reports that a unit has received.
    Reads "Läsa" ListConcernReports(Unit = unit) {
        /// The receiving unit.
        unit: UnitId,
    }
    /// Read a concern report.
    Reads "Läsa" ReadConcernReport(ConcernReport = report) {
        /// The report.
        report: ConcernReportId,
    }

    /// Open a coordination case on a referral.
    Changes "Skriva" OpenCase(Referral = referral) {
        /// The referral.
        referral: ReferralId,
    }
    /// See the cases that one is assigned to.
    Reads "Läsa" ListCases(Directory) {}
    /// Read a case.
    Reads "Läsa" ReadCase(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Ask a unit to take part in a case.
    Changes "Skriva" InviteParty(Case = case) {
        /// The case.
        case: CaseId,
        /// The unit asked.
        unit: UnitId,
    }
    /// See the invitations that wait for a unit.
    Reads "Läsa" ListInvitations(Unit = unit) {
        /// The unit.
        unit: UnitId,
    }
    /// Accept or decline an invitation on behalf of a unit.
    Changes "Signera" AnswerInvitation(Case = case) {
        /// The case.
        case: CaseId,
        /// The unit that was asked.
        unit: UnitId,
    }
    /// Assign a colleague of one's own unit to a case, or end an assignment.
    Changes "Skriva" AssignStaff(Case = case) {
        /// The case.
        case: CaseId,
        /// The unit whose staff is assigned.
        unit: UnitId,
    }

    /// Record that a waiver of secrecy is asked for.
    Changes "Skriva" AskConsent(Case = case) {
        /// The case.
        case: CaseId,
        /// The agency whose secrecy would be lifted.
        from: AgencyId,
        /// The agency that would see.
        to: AgencyId,
    }
    /// See the consents of a case.
    Reads "Läsa" ListConsents(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Read a consent.
    Reads "Läsa" ReadConsent(Consent = consent) {
        /// The consent.
        consent: ConsentId,
    }
    /// Record that somebody gives or refuses a consent.
    Changes "Signera" AnswerConsent(Consent = consent) {
        /// The consent.
        consent: ConsentId,
        /// Whose answer it is.
        giver: PersonId,
    }
    /// Withdraw a consent.
    Changes "Signera" WithdrawConsent(Consent = consent) {
        /// The consent.
        consent: ConsentId,
        /// Who withdraws.
        giver: PersonId,
    }

    /// Write an item in a case, owned by one's own unit.
    Changes "Skriva" WriteItem(Case = case) {
        /// The case.
        case: CaseId,
        /// The owning unit.
        unit: UnitId,
        /// What the item is about.
        category: Category,
    }
    /// See the items of a case that one may read.
    Reads "Läsa" ListItems(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Read an item.
    Reads "Läsa" ReadItem(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Publish an item to an audience on a ground.
    Changes "Dela" PublishItem(Item = item) {
        /// The item.
        item: ItemId,
        /// The unit whose staff will read it.
        unit: UnitId,
        /// The ground invoked.
        ground: Ground,
        /// Whether a reason is given.
        reasoned: bool,
    }

    /// Begin a plan in a case.
    Changes "Skriva" DraftPlan(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// See the plans of a case.
    Reads "Läsa" ListPlans(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Read a plan.
    Reads "Läsa" ReadPlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// Write the plan's common parts: needs, goals, dates, the overarching responsible.
    Changes "Skriva" EditPlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// Write an action that a unit answers for.
    Changes "Skriva" WriteAction(Plan = plan) {
        /// The plan.
        plan: PlanId,
        /// The unit that answers for the action.
        unit: UnitId,
    }
    /// Confirm a unit's own part of the plan.
    Changes "Signera" ConfirmPlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
        /// The unit that confirms.
        unit: UnitId,
    }
    /// Make the plan active.
    Changes "Signera" ActivatePlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }

    /// See the state of an agency's log: size, key, newest checkpoint.
    Reads "Läsa" ReadLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// Export an agency's log for a period.
    Reads "Exportera" ExportLog(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
}
