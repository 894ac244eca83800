//! The code systems of an AuditEvent.

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::text::{clean, urn};

pub(super) const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
pub(super) const TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
pub(super) const INTERACTION: &str = "http://hl7.org/fhir/restful-interaction";
pub(super) const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
pub(super) const AUTHZ: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/AuthZsubType";
pub(super) const ENTITY: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
pub(super) const BALP_ENTITY: &str =
    "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";
pub(super) const ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
pub(super) const RESOURCE: &str = "http://hl7.org/fhir/resource-types";
pub(super) const SOURCE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
pub(super) const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
pub(super) const ROLE_CLASS: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleClass";
pub(super) const SECURITY_ROLE: &str =
    "http://terminology.hl7.org/CodeSystem/extra-security-role-type";
pub(super) const PROVENANCE: &str =
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
pub(super) const REASON: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

pub(super) fn coding(system: &str, code: &str, display: &str) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

/// A concept of one coding.
pub(super) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [coding(system, code, display)] })
}

/// What must be there and isn't known.
pub(super) fn unknown() -> Value {
    json!({ "extension": [{ "url": ABSENT, "valueCode": "unknown" }] })
}

/// A thing by its pseudonymous id. `kind` is a FHIR type, where there's a fitting one.
pub(super) fn reference(kind: Option<&str>, id: Uuid, display: Option<&str>) -> Value {
    let mut reference =
        json!({ "identifier": { "system": "urn:ietf:rfc:3986", "value": urn(id) } });
    if let Some(kind) = kind {
        reference["type"] = kind.into();
    }
    if let Some(display) = display.map(clean).filter(|display| !display.trim().is_empty()) {
        reference["display"] = display.into();
    }
    reference
}
