//! Writing down what is known: the words of the region become those that are kept, and nothing tells
//! of a day that has not come.

use chrono::NaiveDate;

use crate::access::act::WriteItem;
use crate::domain::content::{Content, ContentDraft};
use crate::domain::obstacle::Obstacle;
use crate::store::{Halt, ItemDraft, ItemView, Work};

/// Writes an item.
pub fn write(work: &mut Work<'_, WriteItem>, draft: &ItemDraft) -> Result<ItemView, Halt> {
    has_come(draft.content.as_ref(), work.today())?;
    let content = match &draft.content {
        None => None,
        Some(ContentDraft::Ready(content)) => Some(content.clone()),
        Some(ContentDraft::Wheel(wheel)) => {
            let read = wheel.read(&work.indicators()?);
            let wrong = |wrong: Vec<_>| Obstacle::below("/content/wellbeing_wheel", wrong);
            Some(Content::Wheel(read.map_err(wrong)?))
        }
    };
    work.write(draft, content.as_ref())
}

fn has_come(content: Option<&ContentDraft>, today: NaiveDate) -> Result<(), Obstacle> {
    match content.and_then(ContentDraft::day) {
        Some((field, day)) if day > today => {
            Err(Obstacle::Field { field, reason: "in_the_future" })
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wheel::{Rater, WheelDraft};

    #[test]
    fn nothing_tells_of_a_day_that_has_not_come() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let wheel = |on| {
            let (on, by) = (day(on), Rater::Child);
            ContentDraft::Wheel(WheelDraft { on, by, spokes: vec![] })
        };
        let today = day("2026-11-22");
        assert_eq!(has_come(None, today), Ok(()));
        assert_eq!(has_come(Some(&wheel("2026-11-22")), today), Ok(()));
        let field = "content/wellbeing_wheel/on";
        let ahead = Err(Obstacle::Field { field, reason: "in_the_future" });
        assert_eq!(has_come(Some(&wheel("2026-11-23")), today), ahead);
    }
}
