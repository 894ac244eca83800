//! What is sent about consents, read with all that is wrong with it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fault::{Fault, Faults};
use super::field::{Raw, Wire, text};
use crate::domain::category::Category;
use crate::domain::consent::{Answer, ConsentKind, Manner, Terms};
use crate::domain::ids::{AgencyId, PersonId};
use crate::store::AnswerDraft;

/// A consent that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// `waiver` (of secrecy; this if nothing is said), `plan` (that one is drawn up) or
    /// `intervention` (by social services).
    #[schema(value_type = Option<String>, example = "waiver")]
    kind: Option<Raw<ConsentKind>>,
    /// Of a waiver: whose secrecy would be lifted.
    #[schema(value_type = Option<Uuid>)]
    from_agency: Option<Raw<AgencyId>>,
    /// Of a waiver: who would see.
    #[schema(value_type = Option<Uuid>)]
    to_agency: Option<Raw<AgencyId>>,
    /// Of a plan or an intervention: who answers for it.
    #[schema(value_type = Option<Uuid>)]
    agency: Option<Raw<AgencyId>>,
    /// Of a waiver: for which information.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, example = json!(["MED"]))]
    categories: Option<Vec<Raw<Category>>>,
    /// For what.
    purpose: String,
    #[schema(value_type = NaiveDate)]
    valid_from: Raw<NaiveDate>,
    #[schema(value_type = NaiveDate)]
    valid_to: Raw<NaiveDate>,
    /// What was explained.
    explained: Option<String>,
    /// The language it was explained in (BCP 47).
    #[schema(example = "sv")]
    explained_in: String,
    /// Of an intervention: after an assessment of needs (SoL 21:1), not without one (21:2).
    with_assessment: Option<bool>,
    /// Of an intervention: why social services find it suitable without the guardians.
    suitable_because: Option<String>,
    /// Why it can't wait for a guardian who can't be reached (FB 6:13).
    urgent_because: Option<String>,
    /// Of an intervention: it reaches far into the child's future, as a placement does.
    far_reaching: Option<bool>,
}

/// A giver's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// Whose answer it is.
    #[schema(value_type = Uuid)]
    giver: Raw<PersonId>,
    /// `given`, `refused`, or `unreachable` when a guardian can't be reached.
    #[schema(value_type = String, example = "given")]
    answer: Raw<Answer>,
    /// For which of the categories it is given; for all that were asked for when left out.
    #[schema(value_type = Option<Vec<String>>, min_items = 1)]
    categories: Option<Vec<Raw<Category>>>,
    /// `written`, `signed` or `oral_with_witness`. Required when somebody answered.
    #[schema(value_type = Option<String>, example = "written")]
    manner: Option<Raw<Manner>>,
    /// The language it was explained in to this giver (BCP 47). Required when somebody answered.
    #[schema(example = "sv")]
    language: Option<String>,
    /// Who witnessed it, by function. Required when it was given by word of mouth.
    witness: Option<String>,
    /// Where the signed paper or file is kept. Nothing is uploaded.
    evidence: Option<String>,
    /// Why. Of somebody who can't be reached: what was tried; then it is required.
    reason: Option<String>,
}

/// A giver's withdrawal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// Who withdraws.
    #[schema(value_type = Uuid)]
    giver: Raw<PersonId>,
    /// `written`, `signed` or `oral_with_witness`. A withdrawal needs no witness.
    #[schema(value_type = String, example = "signed")]
    manner: Raw<Manner>,
    /// The language that was spoken (BCP 47).
    #[schema(example = "sv")]
    language: String,
    /// Where the signed paper or file is kept. Nothing is uploaded.
    evidence: Option<String>,
    /// Why, if they say so.
    reason: Option<String>,
}

impl ConsentBody {
    /// The terms that are asked for.
    pub fn parse(&self) -> Result<Terms, Faults> {
        let mut faults = Faults::default();
        let kind = faults
            .keep_optional("/kind", self.kind.as_ref().map(Raw::read))
            .map(|kind| kind.unwrap_or(ConsentKind::Waiver));
        let waiver = kind == Some(ConsentKind::Waiver);
        let intervention = kind == Some(ConsentKind::Intervention);
        let (from, to) = if waiver {
            let from = needed(&mut faults, "/from_agency", self.from_agency.as_ref());
            (from, needed(&mut faults, "/to_agency", self.to_agency.as_ref()))
        } else {
            let agency = needed(&mut faults, "/agency", self.agency.as_ref());
            (agency, agency)
        };
        let categories = if waiver {
            match &self.categories {
                Some(list) => parts("/categories", list, &mut faults),
                None => faults.keep("/categories", Err("missing")),
            }
        } else {
            Some(BTreeSet::new())
        };
        for (there, pointer) in [
            (!waiver && self.from_agency.is_some(), "/from_agency"),
            (!waiver && self.to_agency.is_some(), "/to_agency"),
            (!waiver && self.categories.is_some(), "/categories"),
            (waiver && self.agency.is_some(), "/agency"),
            (!intervention && self.with_assessment.is_some(), "/with_assessment"),
            (!intervention && self.suitable_because.is_some(), "/suitable_because"),
            (!intervention && self.far_reaching.is_some(), "/far_reaching"),
        ] {
            if kind.is_some() && there {
                faults.add(Fault::body(pointer, "unknown_field"));
            }
        }
        let purpose = faults.keep("/purpose", text(&self.purpose));
        let valid_from = faults.keep("/valid_from", self.valid_from.read());
        let valid_to = faults.keep("/valid_to", self.valid_to.read());
        if let (Some(first), Some(last)) = (valid_from, valid_to)
            && last < first
        {
            faults.add(Fault::body("/valid_to", "ends_before_it_begins"));
        }
        let explained = maybe(&mut faults, "/explained", self.explained.as_ref());
        let explained_in = language("/explained_in", &self.explained_in, &mut faults);
        let suitable = maybe(&mut faults, "/suitable_because", self.suitable_because.as_ref());
        let urgent = maybe(&mut faults, "/urgent_because", self.urgent_because.as_ref());
        let terms = || {
            Some(Terms {
                kind: kind?,
                from: from?,
                to: to?,
                categories: categories?,
                purpose: purpose?,
                valid_from: valid_from?,
                valid_to: valid_to?,
                explained: explained?.unwrap_or_default(),
                explained_in: explained_in?,
                with_assessment: self.with_assessment.unwrap_or(false),
                suitable_because: suitable?,
                urgent_because: urgent?,
                far_reaching: self.far_reaching.unwrap_or(false),
            })
        };
        match terms() {
            Some(terms) if faults.is_empty() => Ok(terms),
            _ => Err(faults),
        }
    }
}

impl AnswerBody {
    /// Whose answer, and what it says.
    pub fn parse(&self) -> Result<(PersonId, AnswerDraft), Faults> {
        let mut faults = Faults::default();
        let giver = faults.keep("/giver", self.giver.read());
        let answer = match self.answer.read() {
            // To take back what was given is an act of its own.
            Ok(Answer::Withdrawn) => faults.keep("/answer", Err("unknown_word")),
            read => faults.keep("/answer", read),
        };
        let silent = answer == Some(Answer::Unreachable);
        let manner = faults.keep_optional("/manner", self.manner.as_ref().map(Raw::read));
        let spoken = match &self.language {
            Some(tag) => language("/language", tag, &mut faults).map(Some),
            None => Some(None),
        };
        let categories = match &self.categories {
            Some(list) => parts("/categories", list, &mut faults).map(Some),
            None => Some(None),
        };
        let witness = maybe(&mut faults, "/witness", self.witness.as_ref());
        let evidence = maybe(&mut faults, "/evidence", self.evidence.as_ref());
        let reason = maybe(&mut faults, "/reason", self.reason.as_ref());
        if answer.is_some() {
            self.check_belongs(silent, answer == Some(Answer::Given), &mut faults);
        }
        let draft = || {
            Some(AnswerDraft {
                answer: answer?,
                categories: categories?,
                manner: manner?,
                language: spoken?,
                witness: witness?,
                evidence: evidence?,
                reason: reason?,
            })
        };
        match giver.zip(draft()) {
            Some(read) if faults.is_empty() => Ok(read),
            _ => Err(faults),
        }
    }

    /// Who says nothing says it in no manner; a part is only given.
    fn check_belongs(&self, silent: bool, given: bool, faults: &mut Faults) {
        for (there, pointer) in [
            (self.manner.is_some(), "/manner"),
            (self.language.is_some(), "/language"),
            (self.witness.is_some(), "/witness"),
            (self.evidence.is_some(), "/evidence"),
        ] {
            if silent && there {
                faults.add(Fault::body(pointer, "unknown_field"));
            }
        }
        for (lacks, pointer) in [
            (!silent && self.manner.is_none(), "/manner"),
            (!silent && self.language.is_none(), "/language"),
            (silent && self.reason.is_none(), "/reason"),
        ] {
            if lacks {
                faults.add(Fault::body(pointer, "missing"));
            }
        }
        if !given && self.categories.is_some() {
            faults.add(Fault::body("/categories", "unknown_field"));
        }
    }
}

impl WithdrawalBody {
    /// Who withdraws, and how.
    pub fn parse(&self) -> Result<(PersonId, AnswerDraft), Faults> {
        let mut faults = Faults::default();
        let giver = faults.keep("/giver", self.giver.read());
        let manner = faults.keep("/manner", self.manner.read());
        let spoken = language("/language", &self.language, &mut faults);
        let evidence = maybe(&mut faults, "/evidence", self.evidence.as_ref());
        let reason = maybe(&mut faults, "/reason", self.reason.as_ref());
        let draft = || {
            Some(AnswerDraft {
                answer: Answer::Withdrawn,
                categories: None,
                manner: Some(manner?),
                language: Some(spoken?),
                witness: None,
                evidence: evidence?,
                reason: reason?,
            })
        };
        giver.zip(draft()).ok_or(faults)
    }
}

fn needed<T: Wire>(faults: &mut Faults, pointer: &str, raw: Option<&Raw<T>>) -> Option<T> {
    faults.keep(pointer, raw.map_or(Err("missing"), Raw::read))
}

fn maybe(faults: &mut Faults, pointer: &str, value: Option<&String>) -> Option<Option<String>> {
    faults.keep_optional(pointer, value.map(|value| text(value)))
}

/// Categories; at least one.
fn parts(pointer: &str, list: &[Raw<Category>], faults: &mut Faults) -> Option<BTreeSet<Category>> {
    let read = faults.each(pointer, list, |faults, at, category| faults.keep(at, category.read()));
    if list.is_empty() {
        faults.add(Fault::body(pointer, "empty"));
        return None;
    }
    read.map(|read| read.into_iter().collect())
}

/// A language tag: letters, digits and hyphens, 2 to 35 of them (RFC 5646 §4.4.1).
fn language(pointer: &str, tag: &str, faults: &mut Faults) -> Option<String> {
    let fits = (2..=35).contains(&tag.len())
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    faults.keep(pointer, if fits { Ok(tag.to_owned()) } else { Err("not_a_language") })
}
