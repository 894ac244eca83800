//! What an item says beyond plain text: the parts of an assessment, the child's voice, a significant
//! event. Each is an item like any other, so that owner, secrecy, publication and walls hold for it.

use chrono::NaiveDate;

use super::category::Category;
use super::event::Event;
use super::text::codes;
use super::triangle::{Factor, Triangle};
use super::voice::Voice;
use super::wheel::{Rater, Wheel, WheelDraft};

codes! {
    /// What kind of thing an item says.
    ItemKind {
        /// Plain text.
        Note => "note",
        /// A wellbeing wheel.
        WellbeingWheel => "wellbeing_wheel",
        /// A My World Triangle.
        MyWorldTriangle => "my_world_triangle",
        /// A resilience matrix.
        ResilienceMatrix => "resilience_matrix",
        /// An analysis.
        Analysis => "analysis",
        /// What the child says at a stage.
        ChildVoice => "child_voice",
        /// A significant event.
        SignificantEvent => "significant_event",
    }
}

codes! {
    /// How much support a child needs.
    SupportLevel {
        /// What every child has. Promotes.
        Universal => "universal",
        /// More, from one agency. Prevents.
        Additional => "additional",
        /// Several agencies together, with a plan. Remedies.
        Targeted => "targeted",
        /// Intensive, or by compulsion.
        Protective => "protective",
    }
}

codes! {
    /// Who sees it differently.
    Dissenter {
        /// The child.
        Child => "child",
        /// A guardian.
        Guardian => "guardian",
        /// A professional.
        Professional => "professional",
        /// Somebody else around the child.
        Other => "other",
    }
}

/// Something that is wrong with what was written: where, as a JSON pointer, and a stable word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where.
    pub at: String,
    /// What.
    pub reason: &'static str,
}

/// What somebody sees differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Who.
    pub by: Dissenter,
    /// How they see it.
    pub text: String,
}

/// What it all means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// What is known, in short.
    pub summary: String,
    /// What it means for the child.
    pub conclusions: String,
    /// What should be done.
    pub recommendations: Option<String>,
    /// What somebody sees differently.
    pub disagreements: Vec<Disagreement>,
    /// How much support the child needs.
    pub support_level: SupportLevel,
}

/// What an item says beyond plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A wellbeing wheel.
    Wheel(Wheel),
    /// A My World Triangle.
    Triangle(Triangle),
    /// A resilience matrix: its factors.
    Resilience(Vec<Factor>),
    /// An analysis.
    Analysis(Analysis),
    /// What the child says at a stage.
    Voice(Voice),
    /// A significant event.
    Event(Event),
}

/// The same as it is written: a wheel still in the words of its region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentDraft {
    /// A wheel, in the words of some set.
    Wheel(WheelDraft),
    /// Anything else.
    Ready(Content),
}

impl Wrong {
    /// What is wrong at `at`.
    pub fn at(at: impl Into<String>, reason: &'static str) -> Self {
        Self { at: at.into(), reason }
    }

    /// The same, further down.
    pub fn below(self, pointer: &str) -> Self {
        Self { at: format!("{pointer}{}", self.at), ..self }
    }
}

impl Content {
    /// Its kind.
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Wheel(_) => ItemKind::WellbeingWheel,
            Self::Triangle(_) => ItemKind::MyWorldTriangle,
            Self::Resilience(_) => ItemKind::ResilienceMatrix,
            Self::Analysis(_) => ItemKind::Analysis,
            Self::Voice(_) => ItemKind::ChildVoice,
            Self::Event(_) => ItemKind::SignificantEvent,
        }
    }

    /// The same with each text as `change` makes it.
    pub fn map_texts(self, change: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Wheel(wheel) => Self::Wheel(wheel.map_texts(&change)),
            Self::Triangle(triangle) => Self::Triangle(triangle.map_texts(&change)),
            Self::Resilience(mut factors) => {
                for factor in &mut factors {
                    factor.text = change(&factor.text);
                }
                Self::Resilience(factors)
            }
            Self::Analysis(analysis) => Self::Analysis(analysis.map_texts(&change)),
            Self::Voice(voice) => Self::Voice(voice.map_texts(&change)),
            Self::Event(event) => Self::Event(event.map_texts(&change)),
        }
    }
}

impl Analysis {
    fn map_texts(mut self, change: &impl Fn(&str) -> String) -> Self {
        for disagreement in &mut self.disagreements {
            disagreement.text = change(&disagreement.text);
        }
        Self {
            summary: change(&self.summary),
            conclusions: change(&self.conclusions),
            recommendations: self.recommendations.as_deref().map(change),
            ..self
        }
    }
}

impl ContentDraft {
    /// Whether what it says may stand under `category`. What the child says is its voice, whoever
    /// writes it down; events are the chronology's; the rest is what its agency knows.
    pub fn fits(&self, category: Category) -> bool {
        let of_an_agency = [Category::School, Category::StuHealth, Category::Med, Category::Soc]
            .contains(&category);
        let of_a_wheel = |by: Rater| match by {
            Rater::Child => category == Category::Voice,
            Rater::Professional => of_an_agency,
        };
        match self {
            Self::Wheel(wheel) => of_a_wheel(wheel.by),
            Self::Ready(Content::Wheel(wheel)) => of_a_wheel(wheel.by()),
            Self::Ready(Content::Voice(_)) => category == Category::Voice,
            Self::Ready(Content::Event(_)) => category == Category::Chrono,
            Self::Ready(Content::Triangle(_) | Content::Resilience(_) | Content::Analysis(_)) => {
                of_an_agency
            }
        }
    }

    /// The day that it tells of and where that stands, when it is one that can't lie ahead.
    pub fn day(&self) -> Option<(&'static str, NaiveDate)> {
        match self {
            Self::Wheel(wheel) => Some(("content/wellbeing_wheel/on", wheel.on)),
            Self::Ready(Content::Voice(voice)) => Some(("content/child_voice/on", voice.on)),
            Self::Ready(Content::Event(event)) => {
                let last = event.when.to().unwrap_or_else(|| event.when.from());
                Some(("content/significant_event", last))
            }
            Self::Ready(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Impact, Response, When};
    use crate::domain::practice::Stage;
    use crate::domain::text::Coded;
    use crate::domain::triangle::{Entry, FactorPole, Look, Pole, TriangleKey};
    use crate::domain::voice::{Heard, Way};
    use crate::domain::wheel::{Score, Spoke};

    fn day() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn text() -> String {
        "Strandskolan".to_owned()
    }

    /// One of each, with the same text wherever a text can stand.
    fn one_of_each() -> Vec<Content> {
        let spoke = Spoke {
            indicator: crate::domain::referral::Indicator::Safe,
            score: Score::new(3).unwrap(),
            note: Some(text()),
        };
        let entry = Entry { key: TriangleKey::BeingHealthy, pole: Pole::Strength, text: text() };
        let blank = || Look { entries: vec![], nothing_known: Pole::ALL.to_vec() };
        let look = Look { entries: vec![entry], nothing_known: vec![Pole::Challenge] };
        let words =
            Heard::Words { words: text(), asked_by: text(), how: Way::Play, interpreter: true };
        let voice = |heard| Content::Voice(Voice { stage: Stage::Planned, on: day(), heard });
        let event = |response| {
            Content::Event(Event {
                when: When::day(day()),
                what: text(),
                source: text(),
                service: text(),
                impact: Impact::Negative,
                response,
            })
        };
        vec![
            Content::Wheel(Wheel::new(day(), Rater::Professional, vec![spoke])),
            Content::Triangle(Triangle::new([look, blank(), blank()]).unwrap()),
            Content::Resilience(vec![Factor {
                text: text(),
                pole: FactorPole::Adversity,
                source: TriangleKey::School,
            }]),
            Content::Analysis(Analysis {
                summary: text(),
                conclusions: text(),
                recommendations: Some(text()),
                disagreements: vec![Disagreement { by: Dissenter::Child, text: text() }],
                support_level: SupportLevel::Targeted,
            }),
            voice(words),
            voice(Heard::Missing { because: text() }),
            event(Response::Taken(text())),
            event(Response::None(text())),
        ]
    }

    #[test]
    fn no_text_is_left_out_when_all_are_changed() {
        for content in one_of_each() {
            let kind = content.kind();
            assert!(format!("{content:?}").contains("Strandskolan"), "{kind:?}");
            let changed = content.map_texts(|_| "[…]".to_owned());
            assert!(!format!("{changed:?}").contains("Strandskolan"), "{kind:?}");
            assert_eq!(changed.kind(), kind);
        }
    }

    #[test]
    fn what_the_child_says_is_its_voice_and_nothing_else_is() {
        for content in one_of_each() {
            let draft = ContentDraft::Ready(content.clone());
            for category in Category::ALL {
                let expected = match content.kind() {
                    ItemKind::ChildVoice => *category == Category::Voice,
                    ItemKind::SignificantEvent => *category == Category::Chrono,
                    _ => ["SCHOOL", "STUHEALTH", "MED", "SOC"].contains(&category.code()),
                };
                assert_eq!(draft.fits(*category), expected, "{:?} {category:?}", content.kind());
            }
        }
        let wheel = |by| ContentDraft::Wheel(WheelDraft { on: day(), by, spokes: vec![] });
        assert!(wheel(Rater::Child).fits(Category::Voice));
        assert!(!wheel(Rater::Child).fits(Category::School));
        assert!(!wheel(Rater::Professional).fits(Category::Voice));
        assert!(wheel(Rater::Professional).fits(Category::Soc));
    }
}
