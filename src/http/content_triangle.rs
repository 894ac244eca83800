//! The My World Triangle, the resilience matrix and the analysis, as they stand in bodies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use crate::domain::content::{Analysis, Disagreement, Dissenter, SupportLevel, Wrong};
use crate::domain::text::Coded;
use crate::domain::triangle::{
    Axis, Entry, Factor, FactorPole, Look, Pole, Side, Triangle, TriangleKey,
};

/// The child's world from three sides, each of which must be considered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriangleContent {
    /// How I grow and develop.
    grow_develop: SideContent,
    /// What I need from people who look after me.
    need_from_carers: SideContent,
    /// My wider world.
    wider_world: SideContent,
}

/// What is known from one side. Strengths and challenges: each has entries, or stands under
/// `nothing_known`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SideContent {
    /// What is known.
    #[serde(default)]
    entries: Vec<EntryContent>,
    /// Of what one has asked, and nothing is known.
    #[serde(default)]
    #[schema(value_type = Vec<Pole>)]
    nothing_known: Vec<Raw<Pole>>,
}

/// One thing that is known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryContent {
    /// What it is about: a key of this side.
    #[schema(value_type = TriangleKey)]
    key: Raw<TriangleKey>,
    /// Whether it holds the child up or is hard on it.
    #[schema(value_type = Pole)]
    pole: Raw<Pole>,
    text: String,
}

/// What makes it easier or harder for the child.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResilienceContent {
    /// The factors. Nothing is worked out of them.
    factors: Vec<FactorContent>,
}

/// One factor.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorContent {
    text: String,
    /// Within the child, or around it.
    #[schema(value_type = Axis)]
    axis: Raw<Axis>,
    /// To which end of that axis it draws.
    #[schema(value_type = FactorPole)]
    pole: Raw<FactorPole>,
    /// Where in the triangle it comes from.
    #[schema(value_type = TriangleKey)]
    source: Raw<TriangleKey>,
}

/// What it all means.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisContent {
    /// What is known, in short.
    summary: String,
    /// What it means for the child.
    conclusions: String,
    /// What should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendations: Option<String>,
    /// What somebody sees differently.
    #[serde(default)]
    disagreements: Vec<DisagreementContent>,
    /// How much support the child needs.
    #[schema(value_type = SupportLevel)]
    support_level: Raw<SupportLevel>,
}

/// What somebody sees differently.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisagreementContent {
    /// Who.
    #[schema(value_type = Dissenter)]
    by: Raw<Dissenter>,
    /// How they see it.
    text: String,
}

impl TriangleContent {
    /// Reads it at `pointer`; then the triangle, or what makes it none.
    pub fn parse(
        &self,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<Result<Triangle, Vec<Wrong>>> {
        let mut look = |side: Side, content: &SideContent| {
            content.parse(&format!("{pointer}/{}", side.code()), faults)
        };
        let grow = look(Side::GrowDevelop, &self.grow_develop);
        let need = look(Side::NeedFromCarers, &self.need_from_carers);
        let wider = look(Side::WiderWorld, &self.wider_world);
        Some(Triangle::new([grow?, need?, wider?]))
    }
}

impl SideContent {
    fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Look> {
        let entries =
            faults.each(&format!("{pointer}/entries"), &self.entries, |faults, at, one| {
                let key = faults.keep(format!("{at}/key"), one.key.read());
                let pole = faults.keep(format!("{at}/pole"), one.pole.read());
                let text = faults.keep(format!("{at}/text"), text(&one.text));
                Some(Entry { key: key?, pole: pole?, text: text? })
            });
        let at = format!("{pointer}/nothing_known");
        let nothing_known =
            faults.each(&at, &self.nothing_known, |faults, at, pole| faults.keep(at, pole.read()));
        Some(Look { entries: entries?, nothing_known: nothing_known? })
    }
}

impl ResilienceContent {
    /// Reads it at `pointer`.
    pub fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Vec<Factor>> {
        let at = format!("{pointer}/factors");
        if self.factors.is_empty() {
            faults.add(Fault::body(&at, "too_few"));
        }
        let factors = faults.each(&at, &self.factors, |faults, at, factor| {
            let text = faults.keep(format!("{at}/text"), text(&factor.text));
            let axis = faults.keep(format!("{at}/axis"), factor.axis.read());
            let pole = faults.keep(format!("{at}/pole"), factor.pole.read());
            let source = faults.keep(format!("{at}/source"), factor.source.read());
            let (axis, pole) = (axis?, pole?);
            if pole.axis() != axis {
                faults.add(Fault::body(format!("{at}/pole"), "not_on_this_axis"));
                return None;
            }
            Some(Factor { text: text?, pole, source: source? })
        });
        factors.filter(|factors| !factors.is_empty())
    }
}

impl AnalysisContent {
    /// Reads it at `pointer`.
    pub fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Analysis> {
        let summary = faults.keep(format!("{pointer}/summary"), text(&self.summary));
        let conclusions = faults.keep(format!("{pointer}/conclusions"), text(&self.conclusions));
        let recommendations = self.recommendations.as_deref().map(text);
        let recommendations =
            faults.keep_optional(format!("{pointer}/recommendations"), recommendations);
        let at = format!("{pointer}/disagreements");
        let disagreements = faults.each(&at, &self.disagreements, |faults, at, one| {
            let by = faults.keep(format!("{at}/by"), one.by.read());
            let text = faults.keep(format!("{at}/text"), text(&one.text));
            Some(Disagreement { by: by?, text: text? })
        });
        let support_level =
            faults.keep(format!("{pointer}/support_level"), self.support_level.read());
        Some(Analysis {
            summary: summary?,
            conclusions: conclusions?,
            recommendations: recommendations?,
            disagreements: disagreements?,
            support_level: support_level?,
        })
    }
}

impl From<Triangle> for TriangleContent {
    fn from(triangle: Triangle) -> Self {
        let side = |wanted: Side| {
            let look = triangle.looks().find(|(side, _)| *side == wanted);
            look.map_or_else(SideContent::empty, |(_, look)| look.into())
        };
        Self {
            grow_develop: side(Side::GrowDevelop),
            need_from_carers: side(Side::NeedFromCarers),
            wider_world: side(Side::WiderWorld),
        }
    }
}

impl SideContent {
    const fn empty() -> Self {
        Self { entries: Vec::new(), nothing_known: Vec::new() }
    }
}

impl From<&Look> for SideContent {
    fn from(look: &Look) -> Self {
        let entry = |entry: &Entry| EntryContent {
            key: entry.key.into(),
            pole: entry.pole.into(),
            text: entry.text.clone(),
        };
        Self {
            entries: look.entries.iter().map(entry).collect(),
            nothing_known: look.nothing_known.iter().map(|pole| Raw::from(*pole)).collect(),
        }
    }
}

impl From<Vec<Factor>> for ResilienceContent {
    fn from(factors: Vec<Factor>) -> Self {
        let factor = |factor: Factor| FactorContent {
            text: factor.text,
            axis: factor.pole.axis().into(),
            pole: factor.pole.into(),
            source: factor.source.into(),
        };
        Self { factors: factors.into_iter().map(factor).collect() }
    }
}

impl From<Analysis> for AnalysisContent {
    fn from(analysis: Analysis) -> Self {
        let disagreement =
            |one: Disagreement| DisagreementContent { by: one.by.into(), text: one.text };
        Self {
            summary: analysis.summary,
            conclusions: analysis.conclusions,
            recommendations: analysis.recommendations,
            disagreements: analysis.disagreements.into_iter().map(disagreement).collect(),
            support_level: analysis.support_level.into(),
        }
    }
}
