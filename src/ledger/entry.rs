//! An entry: one act, decided. A header that every agency concerned may read, and records, each of
//! which only its owner may read.
//!
//! The split keeps one agency's log from telling what another agency holds: where a record isn't
//! open, its hash stands in its place. The salt keeps the hash from being guessed.
//!
//! **Invariant:** what is sealed can be read back from its bytes, and nothing else can.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::LedgerError;
use super::canonical;
use super::fact_sheet::FactSheet;
use super::merkle::Hash;
use super::wire::{Draft, Fields, Wire};
use super::words::{ActorKind, Decision, Effect, Outcome};
use crate::clock::Instant;
use crate::domain::ids::{
    AgencyId, CaseId, ChildId, ConsentId, EntryId, PersonId, PublicationId, UnitId,
};

/// What every agency concerned may know of an act. Where the existence of something is secret to
/// the actor, the header of a refusal says no more than the header of a miss; the true rule stands
/// in a record for the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The entry's id.
    pub id: EntryId,
    /// When the act was decided, whole microseconds.
    pub at: Instant,
    /// The name of the act: `ReadItem`.
    pub act: String,
    /// The kind of act in the words of Swedish audit logs: Läsa, Skriva, Signera, Dela, Neka …
    pub action: String,
    /// What the policies said.
    pub decision: Decision,
    /// What came of it.
    pub outcome: Outcome,
    /// The rules that decided: `P05`.
    pub rules: Vec<String>,
    /// The hexadecimal digest of the policies in force.
    pub policy: String,
    /// Who acted.
    pub actor: ActorMark,
    /// The private person for whom they acted, by a power.
    pub on_behalf_of: Option<PersonId>,
    /// The id of the request.
    pub request: String,
    /// The program that sent it.
    pub client: Option<String>,
    /// What the actor gave as purpose.
    pub purpose: Option<String>,
    /// What the actor gave as reason.
    pub reason: Option<String>,
    /// The child that the act was about.
    pub subject: Option<ChildId>,
    /// The case that the act was about.
    pub case: Option<CaseId>,
    /// What the act aimed at.
    pub resource: Option<Resource>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The hexadecimal digest of the settings in effect.
    pub settings: Option<String>,
    /// Random. Without it, whoever holds a leaf could try guesses at the header.
    pub salt: [u8; 16],
}

/// Who acted, as known at that moment. Later renames don't change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorMark {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The staff member's or person's id.
    pub id: Option<Uuid>,
    /// The name that the register has.
    pub name: Option<String>,
    /// What the identity's issuer calls a member of staff (its `sub`), such as an HSA id.
    pub account: Option<String>,
    /// The role in which they acted.
    pub role: Option<String>,
    /// The unit for which they acted.
    pub unit: Option<UnitId>,
    /// The agency for which they acted.
    pub agency: Option<AgencyId>,
    /// The level of assurance of the identity, 1 to 4.
    pub assurance: Option<u8>,
    /// Who vouched for the identity.
    pub issuer: Option<String>,
}

/// A thing that an act aims at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The kind of thing: `item`, `plan`.
    pub kind: String,
    /// Which one. A search has none.
    pub id: Option<Uuid>,
}

/// What an act did to one thing that one agency owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The owner, in whose log the record can be read.
    pub agency: AgencyId,
    /// Whether the actor's own agency may read it too. The store says yes for what was shown.
    pub open_to_actor: bool,
    /// The child it is about.
    pub child: Option<ChildId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The thing itself.
    pub resource: Resource,
    /// The information category.
    pub category: Option<String>,
    /// What happened to it.
    pub effect: Effect,
    /// The rules that decided.
    pub rules: Vec<String>,
    /// The legal ground: `CONSENT`.
    pub ground: Option<String>,
    /// The publication through which it was seen.
    pub publication: Option<PublicationId>,
    /// The consent it rested on.
    pub consent: Option<ConsentId>,
    /// The private person for whom the actor acted with this thing, by a power: the rows of a list may
    /// be read for different people.
    pub on_behalf_of: Option<PersonId>,
    /// The facts that this very decision rested on; each row of a list has its own.
    pub facts: Option<FactSheet>,
    /// What was asked for, beyond ids: the terms of a search or of a disposal. An identity number is
    /// a keyed digest here.
    pub terms: Option<FactSheet>,
    /// Random. Without it, whoever holds the hash could try guesses at the record.
    pub salt: [u8; 16],
}

/// An entry as it is stored: bytes that never change again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// The entry's id.
    pub id: EntryId,
    /// The agency for which the actor acted.
    pub actor: Option<AgencyId>,
    /// The header's canonical bytes, with the hashes of the records in them.
    pub header: Vec<u8>,
    /// SHA-256 of `header`; what a leaf holds.
    pub hash: Hash,
    /// The records, in the order of their hashes in the header.
    pub records: Vec<SealedRecord>,
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRecord {
    /// The owner.
    pub agency: AgencyId,
    /// Whether the actor's own agency may read it too.
    pub open_to_actor: bool,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub hash: Hash,
}

impl Header {
    /// Joins the header and its records into an entry.
    pub fn seal(&self, records: &[Record]) -> SealedEntry {
        let records: Vec<SealedRecord> = records.iter().map(Record::seal).collect();
        let hashes: Vec<Hash> = records.iter().map(|record| record.hash).collect();
        let header = self.bytes(&hashes);
        let hash = Hash::of(&header);
        SealedEntry { id: self.id, actor: self.actor.agency, header, hash, records }
    }

    /// Reads a header and the hashes of its records.
    ///
    /// # Errors
    /// Bytes that aren't canonical, a field too many, too few or of the wrong type.
    pub fn parse(bytes: &[u8]) -> Result<(Self, Vec<Hash>), LedgerError> {
        Self::from_value(&canonical::parse(bytes)?)
    }

    pub(super) fn from_value(value: &Value) -> Result<(Self, Vec<Hash>), LedgerError> {
        let mut fields = Fields::of("a header", value)?;
        let header = Self {
            id: fields.need("id")?,
            at: fields.need("at")?,
            act: fields.need("act")?,
            action: fields.need("action")?,
            decision: fields.need("decision")?,
            outcome: fields.need("outcome")?,
            rules: fields.need("rules")?,
            policy: fields.need("policy")?,
            actor: fields.need("actor")?,
            on_behalf_of: fields.may("on_behalf_of")?,
            request: fields.need("request")?,
            client: fields.may("client")?,
            purpose: fields.may("purpose")?,
            reason: fields.may("reason")?,
            subject: fields.may("subject")?,
            case: fields.may("case")?,
            resource: fields.may("resource")?,
            status: fields.may("status")?,
            settings: fields.may("settings")?,
            salt: fields.need("salt")?,
        };
        let records = fields.need("records")?;
        fields.end()?;
        Ok((header, records))
    }

    fn bytes(&self, records: &Vec<Hash>) -> Vec<u8> {
        Draft::default()
            .with("id", &self.id)
            .with("at", &self.at)
            .with("act", &self.act)
            .with("action", &self.action)
            .with("decision", &self.decision)
            .with("outcome", &self.outcome)
            .with("rules", &self.rules)
            .with("policy", &self.policy)
            .with("actor", &self.actor)
            .with_some("on_behalf_of", &self.on_behalf_of)
            .with("request", &self.request)
            .with_some("client", &self.client)
            .with_some("purpose", &self.purpose)
            .with_some("reason", &self.reason)
            .with_some("subject", &self.subject)
            .with_some("case", &self.case)
            .with_some("resource", &self.resource)
            .with_some("status", &self.status)
            .with_some("settings", &self.settings)
            .with("salt", &self.salt)
            .with("records", records)
            .bytes()
    }
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// As for [`Header::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        Self::from_value(&canonical::parse(bytes)?)
    }

    pub(super) fn from_value(value: &Value) -> Result<Self, LedgerError> {
        let mut fields = Fields::of("a record", value)?;
        let record = Self {
            agency: fields.need("agency")?,
            open_to_actor: fields.need("open_to_actor")?,
            child: fields.may("child")?,
            case: fields.may("case")?,
            resource: fields.need("resource")?,
            category: fields.may("category")?,
            effect: fields.need("effect")?,
            rules: fields.need("rules")?,
            ground: fields.may("ground")?,
            publication: fields.may("publication")?,
            consent: fields.may("consent")?,
            on_behalf_of: fields.may("on_behalf_of")?,
            facts: fields.may("facts")?,
            terms: fields.may("terms")?,
            salt: fields.need("salt")?,
        };
        fields.end()?;
        Ok(record)
    }

    fn seal(&self) -> SealedRecord {
        let bytes = Draft::default()
            .with("agency", &self.agency)
            .with("open_to_actor", &self.open_to_actor)
            .with_some("child", &self.child)
            .with_some("case", &self.case)
            .with("resource", &self.resource)
            .with_some("category", &self.category)
            .with("effect", &self.effect)
            .with("rules", &self.rules)
            .with_some("ground", &self.ground)
            .with_some("publication", &self.publication)
            .with_some("consent", &self.consent)
            .with_some("on_behalf_of", &self.on_behalf_of)
            .with_some("facts", &self.facts)
            .with_some("terms", &self.terms)
            .with("salt", &self.salt)
            .bytes();
        let hash = Hash::of(&bytes);
        SealedRecord { agency: self.agency, open_to_actor: self.open_to_actor, bytes, hash }
    }
}

impl SealedEntry {
    /// The agencies in whose logs the entry becomes a leaf: the actor's and the owners'. None at
    /// all if nobody looked for what isn't there; the store then has the host's log.
    pub fn agencies(&self) -> BTreeSet<AgencyId> {
        self.actor.into_iter().chain(self.records.iter().map(|record| record.agency)).collect()
    }

    /// The places of the records that can be read in `reader`'s log, ascending.
    pub fn open_to(&self, reader: AgencyId) -> Vec<u32> {
        let places = (0..).zip(&self.records);
        places.filter(|(_, it)| it.is_open_to(reader, self.actor)).map(|(place, _)| place).collect()
    }
}

impl SealedRecord {
    /// Whether `reader` may read the record, when `actor` is the agency for which the actor acted.
    pub fn is_open_to(&self, reader: AgencyId, actor: Option<AgencyId>) -> bool {
        self.agency == reader || self.open_to_actor && actor == Some(reader)
    }
}

impl Wire for ActorMark {
    fn write(&self, out: &mut String) {
        Draft::default()
            .with("kind", &self.kind)
            .with_some("id", &self.id)
            .with_some("name", &self.name)
            .with_some("account", &self.account)
            .with_some("role", &self.role)
            .with_some("unit", &self.unit)
            .with_some("agency", &self.agency)
            .with_some("assurance", &self.assurance)
            .with_some("issuer", &self.issuer)
            .write(out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        let mut fields = Fields::of("an actor", value).ok()?;
        let actor = Self {
            kind: fields.need("kind").ok()?,
            id: fields.may("id").ok()?,
            name: fields.may("name").ok()?,
            account: fields.may("account").ok()?,
            role: fields.may("role").ok()?,
            unit: fields.may("unit").ok()?,
            agency: fields.may("agency").ok()?,
            assurance: fields.may("assurance").ok()?,
            issuer: fields.may("issuer").ok()?,
        };
        fields.end().ok().map(|()| actor)
    }
}

impl Wire for Resource {
    fn write(&self, out: &mut String) {
        Draft::default().with("kind", &self.kind).with_some("id", &self.id).write(out);
    }
    fn from_value(value: &Value) -> Option<Self> {
        let mut fields = Fields::of("a resource", value).ok()?;
        let resource = Self { kind: fields.need("kind").ok()?, id: fields.may("id").ok()? };
        fields.end().ok().map(|()| resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    #[test]
    fn what_is_sealed_is_canonical() {
        for n in 0..8 {
            let sealed = sample::header(n).seal(&sample::records(n));
            assert!(canonical::parse(&sealed.header).is_ok());
            assert!(sealed.records.iter().all(|record| canonical::parse(&record.bytes).is_ok()));
        }
    }

    #[test]
    fn a_sealed_entry_reads_back() {
        for n in 0..8 {
            let (header, records) = (sample::header(n), sample::records(n));
            let sealed = header.seal(&records);
            let hashes: Vec<Hash> = sealed.records.iter().map(|record| record.hash).collect();
            assert_eq!(Header::parse(&sealed.header).unwrap(), (header, hashes));
            for (record, sealed) in records.iter().zip(&sealed.records) {
                assert_eq!(Record::parse(&sealed.bytes).unwrap(), *record);
                assert_eq!(Hash::of(&sealed.bytes), sealed.hash);
            }
        }
    }

    #[test]
    fn an_unknown_an_absent_or_a_wrong_field_is_refused() {
        let sealed = sample::header(1).seal(&sample::records(1));
        let text = String::from_utf8(sealed.header).unwrap();
        let wrong = [
            text.replacen("{\"act\"", "{\"aa\":1,\"act\"", 1),
            text.replacen("\"act\":\"ReadItem\",", "", 1),
            text.replacen("\"permit\"", "\"perhaps\"", 1),
            text.replacen("\"permit\"", "true", 1),
            text.replacen("\"kind\":\"staff\"", "\"kind\":\"staff\",\"king\":1", 1),
            text.replacen(".000000Z", "Z", 1),
            format!("{text} "),
        ];
        for wrong in wrong {
            assert_ne!(wrong, text);
            assert!(Header::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let record = String::from_utf8(sealed.records[0].bytes.clone()).unwrap();
        let wrong = record.replacen("\"child\"", "\"childe\"", 1);
        assert!(matches!(
            Record::parse(wrong.as_bytes()),
            Err(LedgerError::UnknownField { object: "a record" })
        ));
        let (before, after) = record.split_once("\"facts\":{").unwrap();
        let (_, after) = after.split_once('}').unwrap();
        let with =
            |facts: &str| Record::parse(format!("{before}\"facts\":{facts}{after}").as_bytes());
        assert!(with("{}").is_ok() && with("{\"a\":1,\"b\":1}").is_ok());
        for wrong in ["[]", "true", "null", "{\"a\":1.5}", "{\"b\":1,\"a\":1}"] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_record_is_open_to_its_owner_and_on_its_word_to_the_actor() {
        let (school, social, care) = (sample::agency(1), sample::agency(2), sample::agency(3));
        let mut header = sample::header(0);
        header.actor.agency = Some(school);
        let mut records = vec![sample::record(0), sample::record(1), sample::record(2)];
        (records[0].agency, records[0].open_to_actor) = (social, true);
        (records[1].agency, records[1].open_to_actor) = (social, false);
        (records[2].agency, records[2].open_to_actor) = (care, false);
        let sealed = header.seal(&records);
        assert_eq!(sealed.agencies(), [school, social, care].into());
        assert_eq!(sealed.open_to(school), [0]);
        assert_eq!(sealed.open_to(social), [0, 1]);
        assert_eq!(sealed.open_to(care), [2]);
        assert_eq!(sealed.open_to(sample::agency(4)), [0_u32; 0]);
    }

    #[test]
    fn a_salt_hides_what_is_alike() {
        let (one, mut other) = (sample::record(1), sample::record(1));
        other.salt[0] ^= 1;
        assert_ne!(one.seal().hash, other.seal().hash);
    }
}
