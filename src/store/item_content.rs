//! What an item says beyond plain text, as JSON in its column.
//!
//! **Invariant:** what was written is read back the same. The form is the store's own: no caller
//! sees it.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::error::StoreError;
use super::sql::Json;
use crate::domain::content::{Analysis, Content, Disagreement, ItemKind};
use crate::domain::event::{Event, Response, When};
use crate::domain::text::Coded;
use crate::domain::triangle::{Entry, Factor, Look, Pole, Side, Triangle};
use crate::domain::voice::{Heard, Voice};
use crate::domain::wheel::{Score, Spoke, Wheel};

/// `content` as it is kept.
pub fn to_json(content: &Content) -> Json {
    Json(match content {
        Content::Wheel(wheel) => {
            let spoke = |spoke: &Spoke| {
                json!({
                    "indicator": spoke.indicator.code(),
                    "score": spoke.score.number(),
                    "note": spoke.note,
                })
            };
            let spokes: Vec<Value> = wheel.spokes().iter().map(spoke).collect();
            json!({ "on": wheel.on().to_string(), "by": wheel.by().code(), "spokes": spokes })
        }
        Content::Triangle(triangle) => {
            let sides =
                triangle.looks().map(|(side, look)| (side.code().to_owned(), of_look(look)));
            Value::Object(sides.collect())
        }
        Content::Resilience(factors) => {
            let factor = |factor: &Factor| {
                json!({
                    "text": factor.text,
                    "pole": factor.pole.code(),
                    "source": factor.source.code(),
                })
            };
            json!({ "factors": factors.iter().map(factor).collect::<Vec<_>>() })
        }
        Content::Analysis(analysis) => {
            let disagreement =
                |one: &Disagreement| json!({ "by": one.by.code(), "text": one.text });
            json!({
                "summary": analysis.summary,
                "conclusions": analysis.conclusions,
                "recommendations": analysis.recommendations,
                "disagreements": analysis.disagreements.iter().map(disagreement).collect::<Vec<_>>(),
                "support_level": analysis.support_level.code(),
            })
        }
        Content::Voice(voice) => {
            let heard = match &voice.heard {
                Heard::Words { words, asked_by, how, interpreter } => json!({
                    "words": words,
                    "asked_by": asked_by,
                    "how": how.code(),
                    "interpreter": interpreter,
                }),
                Heard::Missing { because } => json!({ "because": because }),
            };
            json!({ "stage": voice.stage.code(), "on": voice.on.to_string(), "heard": heard })
        }
        Content::Event(event) => {
            let response = match &event.response {
                Response::Taken(text) => json!({ "taken": text }),
                Response::None(because) => json!({ "none": because }),
            };
            json!({
                "from": event.when.from().to_string(),
                "to": event.when.to().map(|to| to.to_string()),
                "what": event.what,
                "source": event.source,
                "service": event.service,
                "impact": event.impact.code(),
                "response": response,
            })
        }
    })
}

/// What is kept of an item of this kind.
pub fn from_json(kind: ItemKind, kept: &Json) -> Result<Content, StoreError> {
    let kept = Part(&kept.0);
    Ok(match kind {
        ItemKind::Note => return Err(lost("a note")),
        ItemKind::WellbeingWheel => {
            let spokes = kept.each("spokes", |spoke| {
                let score = spoke.0["score"].as_i64().and_then(Score::new);
                Ok(Spoke {
                    indicator: spoke.code("indicator")?,
                    score: score.ok_or_else(|| lost("score"))?,
                    note: spoke.text_or_none("note"),
                })
            })?;
            Content::Wheel(Wheel::new(kept.day("on")?, kept.code("by")?, spokes))
        }
        ItemKind::MyWorldTriangle => {
            let look = |side: Side| look_in(Part(&kept.0[side.code()]));
            let looks =
                [look(Side::GrowDevelop)?, look(Side::NeedFromCarers)?, look(Side::WiderWorld)?];
            Content::Triangle(Triangle::new(looks).map_err(|_| lost("triangle"))?)
        }
        ItemKind::ResilienceMatrix => Content::Resilience(kept.each("factors", |factor| {
            Ok(Factor {
                text: factor.text("text")?,
                pole: factor.code("pole")?,
                source: factor.code("source")?,
            })
        })?),
        ItemKind::Analysis => Content::Analysis(Analysis {
            summary: kept.text("summary")?,
            conclusions: kept.text("conclusions")?,
            recommendations: kept.text_or_none("recommendations"),
            disagreements: kept.each("disagreements", |one| {
                Ok(Disagreement { by: one.code("by")?, text: one.text("text")? })
            })?,
            support_level: kept.code("support_level")?,
        }),
        ItemKind::ChildVoice => {
            let said = Part(&kept.0["heard"]);
            let heard = match said.text_or_none("because") {
                Some(because) => Heard::Missing { because },
                None => Heard::Words {
                    words: said.text("words")?,
                    asked_by: said.text("asked_by")?,
                    how: said.code("how")?,
                    interpreter: said.0["interpreter"].as_bool().unwrap_or_default(),
                },
            };
            Content::Voice(Voice { stage: kept.code("stage")?, on: kept.day("on")?, heard })
        }
        ItemKind::SignificantEvent => {
            let to = kept.text_or_none("to").map(|day| day_in(&day)).transpose()?;
            let when = When::period(kept.day("from")?, to).map_err(|_| lost("when"))?;
            let response = Part(&kept.0["response"]);
            let response = match response.text_or_none("none") {
                Some(because) => Response::None(because),
                None => Response::Taken(response.text("taken")?),
            };
            Content::Event(Event {
                when,
                what: kept.text("what")?,
                source: kept.text("source")?,
                service: kept.text("service")?,
                impact: kept.code("impact")?,
                response,
            })
        }
    })
}

fn of_look(look: &Look) -> Value {
    let entry = |entry: &Entry| json!({ "key": entry.key.code(), "pole": entry.pole.code(), "text": entry.text });
    let mut kept = Map::new();
    kept.insert("entries".to_owned(), look.entries.iter().map(entry).collect());
    let unknown = look.nothing_known.iter().map(|pole| Value::from(pole.code()));
    kept.insert("nothing_known".to_owned(), unknown.collect());
    Value::Object(kept)
}

fn look_in(kept: Part<'_>) -> Result<Look, StoreError> {
    let entry = |entry: Part<'_>| {
        Ok(Entry { key: entry.code("key")?, pole: entry.code("pole")?, text: entry.text("text")? })
    };
    let pole = |pole: Part<'_>| Ok(Pole::from_code(pole.0.as_str().unwrap_or_default())?);
    Ok(Look {
        entries: kept.each("entries", entry)?,
        nothing_known: kept.each("nothing_known", pole)?,
    })
}

/// A part of what is kept.
#[derive(Clone, Copy)]
struct Part<'a>(&'a Value);

impl<'a> Part<'a> {
    fn text(self, name: &'static str) -> Result<String, StoreError> {
        self.text_or_none(name).ok_or_else(|| lost(name))
    }

    fn text_or_none(self, name: &str) -> Option<String> {
        self.0[name].as_str().map(str::to_owned)
    }

    fn code<T: Coded>(self, name: &str) -> Result<T, StoreError> {
        Ok(T::from_code(self.0[name].as_str().unwrap_or_default())?)
    }

    fn day(self, name: &'static str) -> Result<NaiveDate, StoreError> {
        day_in(&self.text(name)?)
    }

    fn each<T>(
        self,
        name: &'static str,
        read: impl Fn(Part<'a>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let list = self.0[name].as_array().ok_or_else(|| lost(name))?;
        list.iter().map(|part| read(Part(part))).collect()
    }
}

fn day_in(text: &str) -> Result<NaiveDate, StoreError> {
    text.parse().map_err(|_| lost("a day"))
}

fn lost(what: &str) -> StoreError {
    StoreError::Corrupt(format!("the content of an item: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::{Dissenter, SupportLevel};
    use crate::domain::event::Impact;
    use crate::domain::practice::Stage;
    use crate::domain::referral::Indicator;
    use crate::domain::triangle::{FactorPole, TriangleKey};
    use crate::domain::voice::Way;
    use crate::domain::wheel::Rater;
    use proptest::prelude::*;

    fn any<T: Coded + std::fmt::Debug>() -> impl Strategy<Value = T> {
        proptest::sample::select(T::ALL.to_vec())
    }

    fn day() -> impl Strategy<Value = NaiveDate> {
        (0u64..20_000).prop_map(|days| NaiveDate::default() + chrono::Days::new(days))
    }

    fn wheels() -> impl Strategy<Value = Content> {
        let spoke = (1i64..=10, proptest::option::of(".{0,9}"));
        let spokes = proptest::collection::btree_map(any::<Indicator>(), spoke, 1..9);
        (day(), any::<Rater>(), spokes).prop_map(|(on, by, spokes)| {
            let spokes = spokes.into_iter().filter_map(|(indicator, (score, note))| {
                Some(Spoke { indicator, score: Score::new(score)?, note })
            });
            Content::Wheel(Wheel::new(on, by, spokes.collect()))
        })
    }

    fn triangles() -> impl Strategy<Value = Content> {
        let entries =
            proptest::collection::vec((any::<TriangleKey>(), any::<Pole>(), ".{0,9}"), 0..9);
        entries.prop_map(|entries| {
            let look = |side: Side| {
                let own = entries.iter().filter(|(key, ..)| key.side() == side);
                let entries: Vec<Entry> = own
                    .map(|(key, pole, text)| Entry { key: *key, pole: *pole, text: text.clone() })
                    .collect();
                let unknown = |pole: &&Pole| !entries.iter().any(|entry| entry.pole == **pole);
                let nothing_known = Pole::ALL.iter().filter(unknown).copied().collect();
                Look { entries, nothing_known }
            };
            let looks = [Side::GrowDevelop, Side::NeedFromCarers, Side::WiderWorld].map(look);
            Content::Triangle(Triangle::new(looks).unwrap())
        })
    }

    fn others() -> impl Strategy<Value = Content> {
        let factor = (".{0,9}", any::<FactorPole>(), any::<TriangleKey>())
            .prop_map(|(text, pole, source)| Factor { text, pole, source });
        let analysis = (
            (".{0,9}", ".{0,9}", proptest::option::of(".{0,9}")),
            proptest::collection::vec((any::<Dissenter>(), ".{0,9}"), 0..3),
            any::<SupportLevel>(),
        );
        let analysis =
            analysis.prop_map(|((summary, conclusions, recommendations), other, level)| {
                let disagreements = other.into_iter().map(|(by, text)| Disagreement { by, text });
                Content::Analysis(Analysis {
                    summary,
                    conclusions,
                    recommendations,
                    disagreements: disagreements.collect(),
                    support_level: level,
                })
            });
        let words = (".{0,9}", ".{0,9}", any::<Way>(), proptest::bool::ANY).prop_map(
            |(words, asked_by, how, interpreter)| Heard::Words {
                words,
                asked_by,
                how,
                interpreter,
            },
        );
        let heard = prop_oneof![words, ".{0,9}".prop_map(|because| Heard::Missing { because })];
        let voice = (any::<Stage>(), day(), heard)
            .prop_map(|(stage, on, heard)| Content::Voice(Voice { stage, on, heard }));
        let response =
            prop_oneof![".{0,9}".prop_map(Response::Taken), ".{0,9}".prop_map(Response::None)];
        let event = (
            (day(), proptest::option::of(0u64..900)),
            (".{0,9}", ".{0,9}", ".{0,9}"),
            (any::<Impact>(), response),
        );
        let event =
            event.prop_map(|((from, days), (what, source, service), (impact, response))| {
                let to = days.map(|days| from + chrono::Days::new(days));
                let when = When::period(from, to).unwrap();
                Content::Event(Event { when, what, source, service, impact, response })
            });
        prop_oneof![
            proptest::collection::vec(factor, 1..4).prop_map(Content::Resilience),
            analysis,
            voice,
            event,
        ]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back_the_same(
            content in prop_oneof![wheels(), triangles(), others()],
        ) {
            let read = from_json(content.kind(), &to_json(&content)).unwrap();
            prop_assert_eq!(read, content);
        }
    }

    #[test]
    fn what_can_not_be_read_is_told_and_not_guessed() {
        for kind in ItemKind::ALL {
            assert!(from_json(*kind, &Json(json!({}))).is_err(), "{kind:?}");
        }
    }
}
