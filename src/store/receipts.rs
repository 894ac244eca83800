//! What a consent's receipt tells besides the consent itself: who the two sides are, by name.

use diesel::prelude::*;

use super::consent_rows::ConsentView;
use super::error::Halt;
use super::schema::agency;
use super::work::Work;
use crate::access::act::ReadConsent;
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::agency::AgencyKind;
use crate::domain::ids::{AgencyId, PersonId};
use crate::domain::text::Coded;

/// A consent as its receipt tells of it.
#[derive(Clone, Debug)]
pub struct ReceiptView {
    /// The consent.
    pub consent: ConsentView,
    /// Whose secrecy is lifted, or who answers for it.
    pub from: SideView,
    /// Who sees.
    pub to: SideView,
    /// The private person who asks for it; none when staff hand it over.
    pub reader: Option<PersonId>,
    /// When the receipt was asked for.
    pub at: Instant,
}

/// One of the agencies that a consent names.
#[derive(Clone, Debug)]
pub struct SideView {
    /// What kind of body it is.
    pub kind: AgencyKind,
    /// Which, and its name; none where the reader must not learn where the child is.
    pub named: Option<(AgencyId, String)>,
}

impl Work<'_, ReadConsent> {
    /// The consent, and the names of its two sides.
    pub fn receipt(&mut self) -> Result<ReceiptView, Halt> {
        let consent = self.consent(self.act().consent)?;
        let (from, to) = (consent.terms.from, consent.terms.to);
        let (from, to) = (self.side(from)?, self.side(to)?);
        let consent = self.as_permitted(self.permit, consent)?;
        let principal = &self.facts().principal;
        let is_citizen = principal.kind == PrincipalKind::Citizen;
        let reader = is_citizen.then(|| PersonId::new(principal.id));
        Ok(ReceiptView { consent, from, to, reader, at: self.now() })
    }

    fn side(&mut self, id: AgencyId) -> Result<SideView, Halt> {
        let (kind, name): (String, String) =
            agency::table.find(id).select((agency::kind, agency::name)).first(self.database)?;
        let named = (!self.permit.redacts()).then_some((id, name));
        Ok(SideView { kind: AgencyKind::from_code(&kind)?, named })
    }
}
