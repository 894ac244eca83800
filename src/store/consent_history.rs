//! A consent's history: what happened to it, and how it stood each time.

use super::consent_rows::{ConsentView, Weighable};
use super::error::Halt;
use super::families::{Families, Moment};
use super::work::Work;
use crate::access::act::ReadConsent;
use crate::clock::Instant;
use crate::domain::consent::{Answer, Given, Standing};
use crate::domain::ids::PersonId;

/// One version of a consent. It never changes.
#[derive(Clone, Debug)]
pub struct ConsentVersion {
    /// Its number, from 1.
    pub version: i64,
    /// When it came to be.
    pub at: Instant,
    /// What was answered by whom; nothing yet in the first.
    pub answer: Option<(PersonId, Answer)>,
    /// How the consent stood then.
    pub standing: Standing,
    /// Who had to give it then.
    pub must_give: Vec<PersonId>,
}

impl Work<'_, ReadConsent> {
    /// Its versions, oldest first.
    pub fn versions(&mut self) -> Result<Vec<ConsentVersion>, Halt> {
        let view = self.consent(self.act().consent)?;
        let families = Families::load(self.database, &[view.child])?;
        let answers: Vec<Given> = view.answers.iter().map(|answer| answer.given.clone()).collect();
        let mut versions = vec![self.version(&view, &families, &[], view.asked_at)?];
        for (count, given) in (1..).zip(&answers) {
            let version = self.version(&view, &families, &answers[..count], given.at)?;
            let number = i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1);
            let answer = Some((given.giver, given.answer));
            versions.push(ConsentVersion { version: number, answer, ..version });
        }
        Ok(versions)
    }

    fn version(
        &self,
        view: &ConsentView,
        families: &Families,
        answers: &[Given],
        at: Instant,
    ) -> Result<ConsentVersion, Halt> {
        let law = &self.means.law;
        let (case, child, terms) = (view.case, view.child, &view.terms);
        let weighable = Weighable { case, child, terms, answers, families, law };
        let (_, ways, weight) = weighable.at(Moment { day: law.day_of(at), at })?;
        Ok(ConsentVersion {
            version: 1,
            at,
            answer: None,
            standing: weight.standing,
            must_give: ways.people(),
        })
    }
}
