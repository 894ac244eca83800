//! Every act, one after another.

use uuid::Uuid;

use super::{Act, Reach, Recipient};
use crate::domain::category::Category;
use crate::domain::consent::ConsentKind;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{
    AgencyId, BreakGlassId, CaseId, ChildId, ConcernReportId, ConsentId, EntryId, ItemId, NoticeId,
    PersonId, PlanId, PublicationId, ReferralId, UnitId,
};

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
    /// See of a referral what stands in its unit's list.
    Reads "Läsa" SeeReferral(Referral = referral) {
        /// The referral.
        referral: ReferralId,
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
    /// See of an invitation what stands in its unit's list.
    Reads "Läsa" SeeInvitation(Case = case) {
        /// The case.
        case: CaseId,
        /// The unit that was asked.
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

    /// Record that a consent is asked for.
    Changes "Skriva" AskConsent(Case = case) {
        /// The case.
        case: CaseId,
        /// What would be consented to.
        kind: ConsentKind,
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
        /// Who will read it.
        to: Recipient,
        /// The ground invoked.
        ground: Ground,
        /// Whether a reason is given.
        reasoned: bool,
        /// What a named official's harm test came to.
        harm: Option<HarmResult>,
        /// Whether the number of an investigation is given.
        investigation: bool,
        /// Whether it says why the need outweighs a narrower wish of who could waive the secrecy.
        despite_wish: bool,
    }

    /// Record how a child's maturity was assessed for a matter (OSL 12:3).
    Changes "Skriva" AssessMaturity(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// See how the child's maturity was assessed.
    Reads "Läsa" ListMaturityAssessments(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// See the consents that concern oneself, as child, guardian or by a power.
    Reads "Läsa" ListOwnConsents(Directory) {}
    /// See the plans that concern oneself, as child, guardian or by a power.
    Reads "Läsa" ListOwnPlans(Directory) {}

    /// See before publishing who would read, on which ground, until when, and what is missing.
    Reads "Läsa" PreviewDisclosure(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// See to whom one's own unit's item was published.
    Reads "Läsa" ListPublications(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Take a publication back.
    Changes "Skriva" RevokePublication(Publication = publication) {
        /// The publication.
        publication: PublicationId,
    }
    /// Mark a publication as sent wrong, and recall it.
    Changes "Skriva" MarkMissent(Publication = publication) {
        /// The publication.
        publication: PublicationId,
    }
    /// See who has read an item through a publication.
    Reads "Läsa" ListOpenings(Publication = publication) {
        /// The publication.
        publication: PublicationId,
    }
    /// Correct an item by an addendum (PDL 3:14, SoL 14:6).
    Changes "Skriva" AddAddendum(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Ask for information in an investigation (SoL 20:6).
    Changes "Skriva" RequestInformation(Case = case) {
        /// The case.
        case: CaseId,
        /// The unit that must answer.
        unit: UnitId,
        /// Whether the investigation's number is given.
        numbered: bool,
    }
    /// See what was asked for in investigations.
    Reads "Läsa" ListInformationRequests(Case = case) {
        /// The case.
        case: CaseId,
    }

    /// Declare that one has a conflict of interest (FL 16, 18 §§).
    Changes "Skriva" DeclareConflict(Case = case) {
        /// The case.
        case: CaseId,
    }
    /// Record a patient's block on an item of health care (PDL 4:4).
    Changes "Skriva" BlockItem(Item = item) {
        /// The item.
        item: ItemId,
        /// Whose wish it is.
        asker: PersonId,
    }
    /// Lift a patient's block (PDL 4:5).
    Changes "Skriva" LiftBlock(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Hide an item from a guardian, or end it (OSL 12:3).
    Changes "Skriva" HideFromGuardian(Item = item) {
        /// The item.
        item: ItemId,
    }
    /// Bar a guardian from the whole matter, or end it (OSL 12:3).
    Changes "Skriva" BarGuardian(Case = case) {
        /// The case.
        case: CaseId,
    }

    /// Open a case in an emergency.
    Changes "Nödöppning" BreakGlass(Case = case) {
        /// The case.
        case: CaseId,
        /// The ground chosen.
        ground: Ground,
        /// Whether a reason is given.
        reasoned: bool,
    }
    /// Open, in an emergency, the case of a child that one knows by its number.
    Changes "Nödöppning" BreakGlassByNumber(Case) {
        /// The child's number. It reaches neither log nor ledger.
        number: IdentityNumber,
        /// The ground chosen.
        ground: Ground,
        /// Whether a reason is given.
        reasoned: bool,
    }
    /// See an agency's emergency openings, for their review.
    Reads "Läsa" ListBreakGlass(Log = agency) {
        /// The agency.
        agency: AgencyId,
    }
    /// See an emergency opening, for its review.
    Reads "Läsa" ReadBreakGlass(BreakGlass = opening) {
        /// The opening.
        opening: BreakGlassId,
    }
    /// Remind units of emergency openings that were not reviewed in time.
    Changes "Skriva" RemindOfReviews(Directory) {}
    /// Review an emergency opening.
    Changes "Vidimera" ReviewBreakGlass(BreakGlass = opening) {
        /// The opening.
        opening: BreakGlassId,
    }
    /// See what a unit must know of.
    Reads "Läsa" ListNotices(Unit = unit) {
        /// The unit.
        unit: UnitId,
    }
    /// Read a notice.
    Reads "Läsa" ReadNotice(Notice = notice) {
        /// The notice.
        notice: NoticeId,
    }
    /// End a case.
    Changes "Signera" CloseCase(Case = case) {
        /// The case.
        case: CaseId,
    }

    /// Ask why something was decided as it was.
    Reads "Läsa" ReadDecision(Entry = entry) {
        /// The entry that tells of the decision.
        entry: EntryId,
    }
    /// Ask whether one may do something, and what would make it lawful.
    Reads "Läsa" ExplainAccess(Directory) {}

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
}
