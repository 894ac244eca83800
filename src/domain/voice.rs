//! What the child says, at each stage of the work: in its own words, who asked and how. Or why it
//! was not asked.

use chrono::NaiveDate;

use super::practice::Stage;
use super::text::codes;

codes! {
    /// How a child was asked.
    Way {
        /// In a conversation.
        Conversation => "conversation",
        /// It wrote, or somebody wrote for it.
        Written => "written",
        /// It drew.
        Drawing => "drawing",
        /// In play.
        Play => "play",
        /// With signs or pictures (augmentative and alternative communication).
        Signs => "signs",
        /// With the wellbeing wheel or another form.
        Form => "form",
        /// On the telephone, by video or message.
        Remote => "remote",
        /// What it showed was watched, as with the smallest.
        Observation => "observation",
    }
}

/// What the child says at a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// At which stage.
    pub stage: Stage,
    /// When it was asked, or when it was decided not to.
    pub on: NaiveDate,
    /// What it said, or why nothing.
    pub heard: Heard,
}

/// What the child said, or why nothing. One of the two is always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// In its own words.
    Words {
        /// What it said.
        words: String,
        /// Who asked: a name, or what they are to the child.
        asked_by: String,
        /// How.
        how: Way,
        /// Whether somebody interpreted.
        interpreter: bool,
    },
    /// It was not asked, or did not answer.
    Missing {
        /// Why.
        because: String,
    },
}

impl Voice {
    /// The same with each text as `change` makes it.
    pub fn map_texts(self, change: &impl Fn(&str) -> String) -> Self {
        let heard = match self.heard {
            Heard::Words { words, asked_by, how, interpreter } => Heard::Words {
                words: change(&words),
                asked_by: change(&asked_by),
                how,
                interpreter,
            },
            Heard::Missing { because } => Heard::Missing { because: change(&because) },
        };
        Self { heard, ..self }
    }
}
