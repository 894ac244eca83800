//! The facts that a decision rests on. The store gathers them; nothing else makes any.
//!
//! Every field of [`Situation`] has a neutral value, the one of a thing that does not exist. What
//! somebody may not know of is decided with exactly these, so that "not there" and "not for you"
//! can't differ.

use uuid::Uuid;

use crate::clock::Instant;
use crate::domain::agency::{AgencyKind, Place, Role};
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::ids::{AgencyId, CaseId, ChildId, ConsentId, PersonId, PublicationId};

/// Everything that one decision rests on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// When it is decided.
    pub now: Instant,
    /// Who asks, as the register knows them.
    pub principal: Principal,
    /// What it is about.
    pub resource: Resource,
    /// How the two stand to each other.
    pub situation: Situation,
    /// Whether the principal lawfully knows that the resource is there. If not, a refusal reads
    /// exactly as if it were not.
    pub aware: bool,
    /// The child's version that these facts were read at (`None` when no child is concerned).
    pub seen: Vec<(ChildId, i64)>,
}

/// Who asks, as the register knows them.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Staff, a private person, the operator, or nobody that the register knows.
    pub kind: PrincipalKind,
    /// The register's id.
    pub id: Uuid,
    /// The name that the ledger shows (staff only).
    pub name: Option<String>,
    /// Level of assurance of the sign-in, 1 to 4.
    pub assurance: u8,
    /// The unit and the roles through which they act in this matter.
    pub acting: Option<Acting>,
    /// The unit and the roles that they hold first today (staff only), for the ledger: it tells at which
    /// unit somebody works who acts through none in this matter. No rule asks, and a ghost keeps it.
    pub home: Option<Acting>,
    /// The hour of the day at which they ask, 0 to 23, where the law holds.
    pub hour: u8,
    /// Every role that they hold today, at whatever unit (staff only). It belongs to the caller
    /// and not to the matter, so that a ghost keeps it.
    pub duties: Vec<Role>,
}

/// What somebody is to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A professional of an agency.
    Staff {
        /// The agency.
        agency: AgencyId,
        /// Its kind.
        agency_kind: AgencyKind,
        /// Whether it is a public authority.
        public: bool,
    },
    /// A child, guardian or other private person.
    Citizen,
    /// The person at the host's command line.
    Operator,
    /// A valid token, but nobody that the register knows.
    Unknown,
}

/// The unit and roles through which a principal acts.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The unit.
    pub place: Place,
    /// The roles held there today.
    pub roles: Vec<Role>,
}

/// What an act is about.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    /// The target's id, whether or not it exists.
    pub id: Option<Uuid>,
    /// The agency that owns it; `None` when it does not exist or nobody owns it.
    pub owner: Option<Place>,
    /// The information category, of an item.
    pub category: Option<Category>,
    /// The child that it concerns.
    pub child: Option<ChildId>,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
}

/// How principal and resource stand to each other. The default is how nobody stands to nothing.
#[derive(Clone, Debug, Default)]
pub struct Situation {
    /// The principal has an assignment in the case, active today, through a unit that is an
    /// active or read-only party.
    pub assigned: bool,
    /// How the acting unit takes part in the case.
    pub party: PartyStanding,
    /// The acting unit coordinates the case.
    pub coordinator: bool,
    /// The principal is the person named as the case's owner.
    pub named_owner: bool,
    /// The principal has a duty today at the unit that the act names or that owns the resource.
    pub inside: bool,
    /// The resource's owner is the principal's own agency.
    pub own_agency: bool,
    /// The child is enrolled at a school that the acting unit is, or serves.
    pub own_pupil: bool,
    /// The principal has a conflict of interest with the child (FL 16 §).
    pub conflict: bool,
    /// The child's identity is protected.
    pub protected: bool,
    /// The principal is a named handler of the protected child.
    pub handler: bool,
    /// The principal is a custodial guardian of the child today.
    pub guardian: bool,
    /// The principal is the child.
    pub themself: bool,
    /// The act names the principal as the one whose answer it is.
    pub own_answer: bool,
    /// The child's age in whole years, −1 when unknown, unborn or nobody.
    pub age: Age,
    /// Grounds that open the resource to the principal now.
    pub live: Vec<Opening>,
    /// Grounds that did and no longer do.
    pub ended: Vec<EndedOpening>,
    /// The ground that the act invokes.
    pub ground: Option<Ground>,
    /// The act carries a reason where one is asked for.
    pub reasoned: bool,
    /// A consent that binds today covers owner, recipient and category.
    pub consent: Option<ConsentId>,
    /// The recipient that the act names.
    pub recipient: Option<Place>,
    /// That recipient is an active or read-only party to the case.
    pub recipient_party: bool,
    /// The recipient that the act names is this private person.
    pub recipient_person: Option<Kin>,
    /// That person must not see it: barred (OSL 12:3), or it was told in confidence.
    pub recipient_hidden: bool,
    /// A unit of the principal's agency takes part in the case, or the agency is named by the
    /// consent.
    pub agency_party: bool,
    /// The principal has opened the case in an emergency, and the time is not out.
    pub breaking: bool,
    /// The item is marked as needed for the child's safety.
    pub safety: bool,
    /// The patient has blocked the item (PDL 4:4).
    pub blocked: bool,
    /// The wish to block is the child's own.
    pub patient_asks: bool,
    /// The thing is hidden from the principal, who is a guardian or acts for one: barred for the
    /// matter or for the item, or told in confidence (OSL 12:3).
    pub hidden: bool,
    /// The principal holds a power today to act for the child or for a guardian.
    pub representative: bool,
    /// For whom the act is done, where that is not the principal: the one who gave that power. No rule
    /// asks; the ledger tells it.
    pub stands_for: Option<PersonId>,
    /// The child decides alone in this matter: of age, or old enough and mature.
    pub disposes: bool,
    /// The case is closed.
    pub closed: bool,
    /// The case was closed so long ago that the parties no longer read.
    pub archived: bool,
    /// Consent that a plan is drawn up binds today (SoL 10:8, HSL 16:4).
    pub plan_consent: bool,
    /// Every guardian has agreed that a plan is drawn up, whoever must.
    pub guardians_agreed: bool,
    /// What the harm test that the act carries came to, by a named official.
    pub harm: Option<HarmResult>,
    /// The act names the number of an investigation.
    pub investigation: bool,
    /// The recipient's unit has asked for information in an investigation in this case.
    pub requested: bool,
    /// A waiver of the owner's secrecy in this case was given that does not cover the recipient,
    /// or was refused towards the recipient.
    pub narrower_wish: bool,
    /// The act says why the need outweighs that wish.
    pub wish_met: bool,
    /// The principal is the one whose act it is that the resource tells of.
    pub own_act: bool,
    /// The plan is active, or has been; it is no first draft.
    pub in_force: bool,
    /// The principal, whom they act for, or a unit that they work at is called to the meeting.
    pub called: bool,
}

/// What a private person is to the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kin {
    /// A custodial guardian.
    Guardian,
    /// The child.
    Child,
    /// Neither.
    Other,
}

impl Kin {
    /// The word that policies use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Child => "child",
            Self::Other => "other",
        }
    }
}

/// Age in whole years; −1 stands for unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age(pub i64);

impl Default for Age {
    fn default() -> Self {
        Self(-1)
    }
}

/// How a unit takes part in a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartyStanding {
    /// Not at all.
    #[default]
    None,
    /// Asked, not answered.
    Invited,
    /// Takes part.
    Active,
    /// Reads, does not act.
    ReadOnly,
}

/// A ground that opens a resource now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The ground.
    pub ground: Ground,
    /// The publication that rests on it.
    pub publication: PublicationId,
    /// The consent, where it is one.
    pub consent: Option<ConsentId>,
}

/// A ground that opened a resource once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedOpening {
    /// What it was.
    pub opening: Opening,
    /// When it ended.
    pub at: Instant,
    /// What ended it.
    pub cause: Ending,
}

/// What ended a ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A consent was withdrawn.
    Withdrawn,
    /// Its period ran out.
    Expired,
    /// The owner took the publication back.
    Revoked,
    /// The child has come of age.
    CameOfAge,
}

impl Ending {
    /// Its word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::CameOfAge => "came_of_age",
        }
    }
}

impl Facts {
    /// Whether the principal may learn that the resource is there: they know of it lawfully, and
    /// no protected identity stands before it (OSL 21:3–3 a), nor is it hidden from them as the
    /// guardian that they are (OSL 12:3).
    pub fn knows(&self) -> bool {
        let situation = &self.situation;
        self.aware
            && !situation.hidden
            && (!situation.protected
                || situation.handler
                || situation.themself
                || situation.guardian
                || situation.breaking)
    }

    /// Whether what the principal reads must tell nobody's whereabouts: the child's identity is
    /// protected, and whoever reads may be the one it is protected from (OSL 21:3–3 a). Staff get
    /// past the rules as named handlers or not at all; the child knows where it is.
    pub fn redacts(&self) -> bool {
        let staff = matches!(self.principal.kind, PrincipalKind::Staff { .. });
        self.situation.protected && !staff && !self.situation.themself
    }

    /// The same question about a thing that is not there: what somebody who may not know of it
    /// is answered from.
    pub fn ghost(&self) -> Self {
        Self {
            now: self.now,
            principal: Principal { acting: None, ..self.principal.clone() },
            resource: Resource { id: self.resource.id, ..Resource::default() },
            situation: Situation {
                ground: self.situation.ground,
                reasoned: self.situation.reasoned,
                harm: self.situation.harm,
                investigation: self.situation.investigation,
                wish_met: self.situation.wish_met,
                ..Situation::default()
            },
            aware: false,
            seen: Vec::new(),
        }
    }
}

impl PartyStanding {
    /// The standing that `word` names; an unknown word is no standing at all.
    pub fn from_word(word: &str) -> Self {
        match word {
            "invited" => Self::Invited,
            "active" => Self::Active,
            "read_only" => Self::ReadOnly,
            _ => Self::None,
        }
    }

    /// Whether the unit's assigned staff may read the case.
    pub const fn reads(self) -> bool {
        match self {
            Self::Active | Self::ReadOnly => true,
            Self::None | Self::Invited => false,
        }
    }

    /// The word that policies use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Invited => "invited",
            Self::Active => "active",
            Self::ReadOnly => "read_only",
        }
    }
}
