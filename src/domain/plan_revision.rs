//! What is different between two revisions of a plan, for people to read.

use uuid::Uuid;

use super::ids::AgencyId;
use super::plan::{Action, Frame, Goal, Need};
use super::referral::ChildView;
use super::text::codes;

codes! {
    /// A part of a plan.
    PlanPart {
        /// The day of the meeting.
        MetOn => "met_on",
        /// The day of the follow-up.
        FollowUpOn => "follow_up_on",
        /// The principal with the overarching responsibility.
        Responsible => "responsible_agency",
        /// The child's view.
        ChildView => "child_view",
        /// What is done in a crisis.
        Crisis => "crisis",
        /// A need.
        Need => "need",
        /// A goal.
        Goal => "goal",
        /// An action.
        Action => "action",
    }
}

/// What a revision says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The common parts.
    pub frame: Frame,
    /// Needs.
    pub needs: Vec<Need>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// Actions.
    pub actions: Vec<Action>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The part.
    pub part: PlanPart,
    /// Which need, goal or action; of the responsible principal, which agency.
    pub of: Option<Uuid>,
    /// What it said; none where it is new.
    pub before: Option<String>,
    /// What it says; none where it is gone.
    pub after: Option<String>,
}

/// What is different in `after`, in the order in which a plan is read.
pub fn differences(before: &Content, after: &Content) -> Vec<Difference> {
    let (was, is) = (&before.frame, &after.frame);
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
    let agency = |agency: Option<AgencyId>| agency.map(|agency| agency.to_string());
    let lines = [
        (PlanPart::MetOn, day(was.met_on), day(is.met_on)),
        (PlanPart::FollowUpOn, day(was.follow_up_on), day(is.follow_up_on)),
        (PlanPart::Responsible, agency(was.responsible), agency(is.responsible)),
        (PlanPart::ChildView, view(was.child_view.as_ref()), view(is.child_view.as_ref())),
        (PlanPart::Crisis, was.crisis.clone(), is.crisis.clone()),
    ];
    let changed = lines.into_iter().filter(|(_, before, after)| before != after);
    let mut found: Vec<Difference> =
        changed.map(|(part, before, after)| Difference { part, of: None, before, after }).collect();
    found.extend(rows(PlanPart::Need, &before.needs, &after.needs, |it| (it.id.uuid(), &it.text)));
    found.extend(rows(PlanPart::Goal, &before.goals, &after.goals, |it| (it.id.uuid(), &it.text)));
    found.extend(rows(PlanPart::Action, &before.actions, &after.actions, |it| {
        (it.id.uuid(), &it.text)
    }));
    found
}

fn view(view: Option<&ChildView>) -> Option<String> {
    view.map(|view| match view {
        ChildView::Words(said) | ChildView::Missing(said) => said.clone(),
    })
}

/// What is gone, and then what is new. A row doesn't change: another one takes its place.
fn rows<T>(
    part: PlanPart,
    before: &[T],
    after: &[T],
    told: impl Fn(&T) -> (Uuid, &String),
) -> Vec<Difference> {
    let is_in = |rows: &[T], id: Uuid| rows.iter().any(|row| told(row).0 == id);
    let gone = before.iter().map(&told).filter(|(id, _)| !is_in(after, *id));
    let new = after.iter().map(&told).filter(|(id, _)| !is_in(before, *id));
    let line = |of, before: Option<&String>, after: Option<&String>| Difference {
        part,
        of: Some(of),
        before: before.cloned(),
        after: after.cloned(),
    };
    gone.map(|(id, text)| line(id, Some(text), None))
        .chain(new.map(|(id, text)| line(id, None, Some(text))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::ids::Id;
    use super::super::plan::Horizon;
    use super::super::referral::Indicator;
    use super::*;

    fn id<Of>(n: u128) -> Id<Of> {
        Id::new(Uuid::from_u128(n))
    }

    fn need(n: u128, text: &str) -> Need {
        Need { id: id(n), indicator: Indicator::Safe, text: text.into() }
    }

    fn first() -> Content {
        Content {
            frame: Frame {
                follow_up_on: "2027-01-15".parse().ok(),
                child_view: Some(ChildView::Words("Bra.".into())),
                ..Frame::default()
            },
            needs: vec![need(1, "Sova."), need(2, "Orka.")],
            goals: vec![Goal {
                id: id(3),
                need: id(1),
                horizon: Horizon::ShortTerm,
                text: "Tre dagar.".into(),
            }],
            actions: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_different_from_itself() {
        assert_eq!(differences(&first(), &first()), []);
    }

    #[test]
    fn what_is_new_gone_and_changed_is_told_with_its_words() {
        let mut second = first();
        second.frame.follow_up_on = "2027-03-01".parse().ok();
        second.frame.crisis = Some("Ring jouren.".into());
        second.needs = vec![need(1, "Sova."), need(4, "Trivas.")];
        let told: Vec<_> = differences(&first(), &second)
            .into_iter()
            .map(|it| (it.part, it.before.unwrap_or_default(), it.after.unwrap_or_default()))
            .collect();
        let line = |part, before: &str, after: &str| (part, before.to_owned(), after.to_owned());
        let expected = [
            line(PlanPart::FollowUpOn, "2027-01-15", "2027-03-01"),
            line(PlanPart::Crisis, "", "Ring jouren."),
            line(PlanPart::Need, "Orka.", ""),
            line(PlanPart::Need, "", "Trivas."),
        ];
        assert_eq!(told, expected);
    }
}
