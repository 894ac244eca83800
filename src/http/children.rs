//! Finding a child, and entering one that has no identity number.

use actix_web::post;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults, Reason};
use super::field::{Raw, text};
use super::reply;
use crate::access::act::{FindChild, RegisterChild};
use crate::domain::child::{Child, Protection};
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::UnitId;
use crate::store::ChildDraft;

/// Whom is sought. The number stands in the body, never in an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    #[schema(value_type = String, example = "19121212-1212")]
    identity_number: Raw<IdentityNumber>,
}

/// A child without an identity number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChild {
    /// The unit that answers for the entry.
    #[schema(value_type = Uuid)]
    unit: Raw<UnitId>,
    /// What the child is called on screen.
    display_name: String,
    /// The day of birth, of a child that is born.
    #[schema(value_type = Option<NaiveDate>)]
    birth_date: Option<Raw<NaiveDate>>,
    /// When the child is expected, if it is not born.
    #[schema(value_type = Option<NaiveDate>)]
    expected_birth: Option<Raw<NaiveDate>>,
    /// How the child's identity is protected. Whoever enters it is its named handler, and the
    /// service makes up what it is called.
    #[schema(value_type = Option<String>, example = "confidentiality_flag")]
    protection: Option<Raw<Protection>>,
}

/// A child.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChildBody {
    id: Uuid,
    display_name: String,
    birth_date: Option<NaiveDate>,
    expected_birth: Option<NaiveDate>,
    protection: Protection,
}

/// Finds a pupil of one's own by identity number.
///
/// A pupil of others and nobody at all are answered alike.
#[utoipa::path(tag = "children", responses((status = 200, body = ChildBody)))]
#[post("/children/lookup")]
pub async fn look_up_child(desk: Desk, body: Body<Lookup>) -> Answer {
    let mut faults = Faults::default();
    let number = faults.keep("/identity_number", body.value.identity_number.read());
    let Some(number) = number else { return Err(faults.into()) };
    desk.perform(FindChild { number }, |work| work.found()).await?.json(ChildBody::from)
}

/// Enters a child that has no identity number, or is not born yet.
#[utoipa::path(tag = "children", responses((status = 201, body = ChildBody)))]
#[post("/children")]
pub async fn register_child(desk: Desk, body: Body<NewChild>) -> Answer {
    let (unit, draft) = body.value.parse()?;
    desk.perform_once(body.digest, RegisterChild { unit }, move |work| {
        let child = work.register(&draft)?;
        reply::made(&ChildBody::from(child))
    })
    .await
}

impl NewChild {
    fn parse(&self) -> Result<(UnitId, ChildDraft), Faults> {
        let mut faults = Faults::default();
        let unit = faults.keep("/unit", self.unit.read());
        let display_name = faults.keep("/display_name", text(&self.display_name));
        let birth = self.birth_date.as_ref().map(Raw::read);
        let birth_date = faults.keep_optional("/birth_date", birth);
        let expected = self.expected_birth.as_ref().map(Raw::read);
        let expected_birth = faults.keep_optional("/expected_birth", expected);
        let protection = self.protection.as_ref().map(Raw::read);
        let protection = faults.keep_optional("/protection", protection.map(registered));
        if self.birth_date.is_some() == self.expected_birth.is_some() {
            faults.add(Fault::body("/birth_date", "one_of_two"));
        }
        match (unit, display_name, birth_date, expected_birth, protection) {
            (Some(unit), Some(name), Some(birth_date), Some(expected_birth), Some(protection))
                if faults.is_empty() =>
            {
                let protection = protection.unwrap_or(Protection::None);
                let draft =
                    ChildDraft { display_name: name, birth_date, expected_birth, protection };
                Ok((unit, draft))
            }
            _ => Err(faults),
        }
    }
}

/// A new identity comes with its number, and from the register alone.
fn registered(protection: Result<Protection, Reason>) -> Result<Protection, Reason> {
    match protection {
        Ok(Protection::Fictitious) => Err("unknown_word"),
        other => other,
    }
}

impl From<Child> for ChildBody {
    fn from(child: Child) -> Self {
        Self {
            id: child.id.uuid(),
            display_name: child.display_name,
            birth_date: child.birth_date,
            expected_birth: child.expected_birth,
            protection: child.protection,
        }
    }
}
