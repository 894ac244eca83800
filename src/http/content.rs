//! What an item says beyond plain text, as it stands in bodies: the same coming in and going out.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content_triangle::{AnalysisContent, ResilienceContent, TriangleContent};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use crate::domain::content::{Content, ContentDraft, Wrong};
use crate::domain::event::{Event, Impact, Response, When};
use crate::domain::practice::Stage;
use crate::domain::text::Coded;
use crate::domain::voice::{Heard, Voice, Way};
use crate::domain::wheel::{Rater, Score, SpokeDraft, Wheel, WheelDraft};

/// What an item says beyond plain text: exactly one of these.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemContent {
    /// How the child fares by each indicator, 1 to 10.
    WellbeingWheel(WheelContent),
    /// The child's world from three sides.
    MyWorldTriangle(TriangleContent),
    /// What makes it easier or harder for the child. Factors, and never a score.
    ResilienceMatrix(ResilienceContent),
    /// What it all means.
    Analysis(AnalysisContent),
    /// What the child says at a stage, or why it was not asked.
    ChildVoice(VoiceContent),
    /// A significant event, in five columns.
    SignificantEvent(EventContent),
}

/// A wellbeing wheel.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WheelContent {
    /// The day on which it was filled in.
    #[schema(value_type = NaiveDate)]
    pub on: Raw<NaiveDate>,
    /// Whose view it is. A child's is its voice: its item's category is `VOICE`.
    #[schema(value_type = Rater)]
    by: Raw<Rater>,
    /// Each indicator once. One that is left out was not asked about, or not answered.
    pub scores: Vec<SpokeContent>,
}

/// One indicator of a wheel.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpokeContent {
    /// A word of the set that is used where the child lives, see `/v1/indicators`. What is shown is
    /// always GIRFEC's word.
    #[schema(example = "safe")]
    indicator: String,
    /// From 1, not well at all, to 10, as well as can be.
    #[schema(minimum = 1, maximum = 10)]
    score: i64,
    /// What makes it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What the child says at a stage: `words` with who asked and how, or `missing_because`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceContent {
    /// At which stage of the work.
    #[schema(value_type = Stage)]
    stage: Raw<Stage>,
    /// The day on which the child was asked, or it was decided not to.
    #[schema(value_type = NaiveDate)]
    on: Raw<NaiveDate>,
    /// The child's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// Who asked: a name, or what they are to the child.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<String>,
    /// How.
    #[schema(value_type = Option<Way>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<Raw<Way>>,
    /// Whether somebody interpreted.
    #[serde(default)]
    interpreter: bool,
    /// Why there are no words.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_because: Option<String>,
}

/// A significant event: `on` one day, or `from` one to another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventContent {
    /// The day.
    #[schema(value_type = Option<NaiveDate>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<Raw<NaiveDate>>,
    /// The first day of a period.
    #[schema(value_type = Option<NaiveDate>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Raw<NaiveDate>>,
    /// Its last day; left out as long as it lasts.
    #[schema(value_type = Option<NaiveDate>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Raw<NaiveDate>>,
    /// What happened: facts, in words that the family can read.
    event: String,
    /// Who tells of it, and for which service.
    source: EventSource,
    /// What it did to the child.
    #[schema(value_type = Impact)]
    impact: Raw<Impact>,
    /// What was done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    action_taken: Option<String>,
    /// Why nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_action_because: Option<String>,
}

/// Who tells of an event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSource {
    /// Who: a name, or what they are to the child.
    who: String,
    /// The service that they tell it for.
    service: String,
}

impl ItemContent {
    /// Reads it at `pointer`.
    pub fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<ContentDraft> {
        let (kind, read) = match self {
            Self::WellbeingWheel(wheel) => {
                let at = format!("{pointer}/wellbeing_wheel");
                return wheel.parse(&at, faults).map(ContentDraft::Wheel);
            }
            Self::MyWorldTriangle(triangle) => {
                let at = format!("{pointer}/my_world_triangle");
                (at.clone(), triangle.parse(&at, faults).map(|read| read.map(Content::Triangle)))
            }
            Self::ResilienceMatrix(matrix) => {
                let at = format!("{pointer}/resilience_matrix");
                (at.clone(), matrix.parse(&at, faults).map(|read| Ok(Content::Resilience(read))))
            }
            Self::Analysis(analysis) => {
                let at = format!("{pointer}/analysis");
                (at.clone(), analysis.parse(&at, faults).map(|read| Ok(Content::Analysis(read))))
            }
            Self::ChildVoice(voice) => {
                let at = format!("{pointer}/child_voice");
                (at.clone(), voice.parse(&at, faults).map(|read| Ok(Content::Voice(read))))
            }
            Self::SignificantEvent(event) => {
                let at = format!("{pointer}/significant_event");
                (at.clone(), event.parse(&at, faults).map(|read| Ok(Content::Event(read))))
            }
        };
        match read? {
            Ok(content) => Some(ContentDraft::Ready(content)),
            Err(wrong) => {
                note(&kind, wrong, faults);
                None
            }
        }
    }
}

/// Notes what is wrong below `pointer`.
fn note(pointer: &str, wrong: Vec<Wrong>, faults: &mut Faults) {
    for one in wrong {
        let one = one.below(pointer);
        faults.add(Fault::body(one.at, one.reason));
    }
}

impl WheelContent {
    fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<WheelDraft> {
        let on = faults.keep(format!("{pointer}/on"), self.on.read());
        let by = faults.keep(format!("{pointer}/by"), self.by.read());
        let spokes = faults.each(&format!("{pointer}/scores"), &self.scores, SpokeContent::parse);
        Some(WheelDraft { on: on?, by: by?, spokes: spokes? })
    }
}

impl SpokeContent {
    fn parse(faults: &mut Faults, pointer: &str, spoke: &Self) -> Option<SpokeDraft> {
        let score = Score::new(spoke.score);
        if score.is_none() {
            faults.add(Fault::body(format!("{pointer}/score"), "number_out_of_range").past(10));
        }
        let note = spoke.note.as_deref().map(text);
        let note = faults.keep_optional(format!("{pointer}/note"), note);
        Some(SpokeDraft { key: spoke.indicator.clone(), score: score?, note: note? })
    }
}

impl VoiceContent {
    fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Voice> {
        let stage = faults.keep(format!("{pointer}/stage"), self.stage.read());
        let on = faults.keep(format!("{pointer}/on"), self.on.read());
        let heard = match (&self.words, &self.missing_because) {
            (Some(words), None) => self.heard(words, pointer, faults),
            (None, Some(because)) => self.unheard(because, pointer, faults),
            (Some(_), Some(_)) | (None, None) => {
                faults.add(Fault::body(pointer, "one_of_two"));
                None
            }
        };
        Some(Voice { stage: stage?, on: on?, heard: heard? })
    }

    /// Nobody asked, so that nothing is said of how.
    fn unheard(&self, because: &str, pointer: &str, faults: &mut Faults) -> Option<Heard> {
        let given = [
            ("asked_by", self.asked_by.is_some()),
            ("how", self.how.is_some()),
            ("interpreter", self.interpreter),
        ];
        for (name, _) in given.into_iter().filter(|(_, given)| *given) {
            faults.add(Fault::body(format!("{pointer}/{name}"), "unknown_field"));
        }
        let because = faults.keep(format!("{pointer}/missing_because"), text(because));
        because.map(|because| Heard::Missing { because })
    }

    fn heard(&self, words: &str, pointer: &str, faults: &mut Faults) -> Option<Heard> {
        let words = faults.keep(format!("{pointer}/words"), text(words));
        let asked_by = self.asked_by.as_deref().map_or(Err("missing"), text);
        let asked_by = faults.keep(format!("{pointer}/asked_by"), asked_by);
        let how = self.how.as_ref().map_or(Err("missing"), Raw::read);
        let how = faults.keep(format!("{pointer}/how"), how);
        Some(Heard::Words {
            words: words?,
            asked_by: asked_by?,
            how: how?,
            interpreter: self.interpreter,
        })
    }
}

impl EventContent {
    fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Event> {
        let when = self.when(pointer, faults);
        let what = faults.keep(format!("{pointer}/event"), text(&self.event));
        let source = faults.keep(format!("{pointer}/source/who"), text(&self.source.who));
        let service = faults.keep(format!("{pointer}/source/service"), text(&self.source.service));
        let impact = faults.keep(format!("{pointer}/impact"), self.impact.read());
        let response = match (&self.action_taken, &self.no_action_because) {
            (Some(taken), None) => {
                faults.keep(format!("{pointer}/action_taken"), text(taken)).map(Response::Taken)
            }
            (None, Some(because)) => faults
                .keep(format!("{pointer}/no_action_because"), text(because))
                .map(Response::None),
            (Some(_), Some(_)) | (None, None) => {
                faults.add(Fault::body(format!("{pointer}/action_taken"), "one_of_two"));
                None
            }
        };
        Some(Event {
            when: when?,
            what: what?,
            source: source?,
            service: service?,
            impact: impact?,
            response: response?,
        })
    }

    fn when(&self, pointer: &str, faults: &mut Faults) -> Option<When> {
        let mut day =
            |name: &str, day: &Raw<NaiveDate>| faults.keep(format!("{pointer}/{name}"), day.read());
        match (&self.on, &self.from, &self.to) {
            (Some(on), None, None) => day("on", on).map(When::day),
            (None, Some(from), to) => {
                let (from, to) = (day("from", from), to.as_ref().map(|to| day("to", to)));
                let to = match to {
                    None => None,
                    Some(read) => Some(read?),
                };
                let when = When::period(from?, to);
                when.map_err(|wrong| note(pointer, vec![wrong], faults)).ok()
            }
            (Some(_), ..) | (None, None, _) => {
                faults.add(Fault::body(format!("{pointer}/on"), "one_of_two"));
                None
            }
        }
    }
}

impl From<Content> for ItemContent {
    fn from(content: Content) -> Self {
        match content {
            Content::Wheel(wheel) => Self::WellbeingWheel((&wheel).into()),
            Content::Triangle(triangle) => Self::MyWorldTriangle(triangle.into()),
            Content::Resilience(factors) => Self::ResilienceMatrix(factors.into()),
            Content::Analysis(analysis) => Self::Analysis(analysis.into()),
            Content::Voice(voice) => Self::ChildVoice(voice.into()),
            Content::Event(event) => Self::SignificantEvent(event.into()),
        }
    }
}

impl From<&Wheel> for WheelContent {
    fn from(wheel: &Wheel) -> Self {
        let spokes = wheel.spokes().iter().map(|spoke| SpokeContent {
            indicator: spoke.indicator.code().to_owned(),
            score: spoke.score.number().into(),
            note: spoke.note.clone(),
        });
        Self { on: wheel.on().into(), by: wheel.by().into(), scores: spokes.collect() }
    }
}

impl From<Voice> for VoiceContent {
    fn from(voice: Voice) -> Self {
        let (stage, on) = (voice.stage.into(), voice.on.into());
        match voice.heard {
            Heard::Words { words, asked_by, how, interpreter } => Self {
                stage,
                on,
                words: Some(words),
                asked_by: Some(asked_by),
                how: Some(how.into()),
                interpreter,
                missing_because: None,
            },
            Heard::Missing { because } => Self {
                stage,
                on,
                words: None,
                asked_by: None,
                how: None,
                interpreter: false,
                missing_because: Some(because),
            },
        }
    }
}

impl From<Event> for EventContent {
    fn from(event: Event) -> Self {
        let (first, last) = (event.when.from(), event.when.to());
        let (on, from, to) = match last {
            Some(last) if last == first => (Some(first.into()), None, None),
            last => (None, Some(first.into()), last.map(Raw::from)),
        };
        let (action_taken, no_action_because) = match event.response {
            Response::Taken(text) => (Some(text), None),
            Response::None(because) => (None, Some(because)),
        };
        Self {
            on,
            from,
            to,
            event: event.what,
            source: EventSource { who: event.source, service: event.service },
            impact: event.impact.into(),
            action_taken,
            no_action_because,
        }
    }
}
