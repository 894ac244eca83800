//! What is on record of a child, a case and an item: each read in one statement, with all that a
//! decision about it may rest on.
//!
//! The values of each statement: `$1` the id of what is asked about, `$2` the member of staff and
//! `$3` the private person who asks, `$4` today, `$5` now.

use std::sync::LazyLock;

use super::{Gathering, Known};
use crate::domain::ids::{CaseId, ChildId, ItemId};
use crate::store::error::StoreError;
use crate::store::prepared::{Statement, Text, Value};
use crate::store::rows::{Columns, Kind, Part, Rows, text};
use crate::store::sql::At;

const CHILD: [Part; 5] = [
    Part {
        ids: &["person.id", "person.area_id"],
        words: &["person.protection"],
        days: &["person.birth_date"],
        flags: &[
            "exists (select 1 from conflict_of_interest found where found.staff_id = $2 \
             and found.person_id = person.id)",
            "exists (select 1 from named_handler found where found.staff_id = $2 \
             and found.person_id = person.id)",
        ],
        number: "person.version",
        ..Part::of(Kind::Person, "person where person.id {child}")
    },
    Part {
        ids: &["custody.id", "custody.guardian_id"],
        words: &["custody.kind"],
        days: &["custody.from_date", "custody.to_date"],
        ..Part::of(Kind::Custody, "custody where custody.child_id {child}")
    },
    Part {
        ids: &["power.id", "power.for_id"],
        ..Part::of(
            Kind::Power,
            "power where power.child_id {child} and power.holder_id = $3 \
             and power.from_date <= $4 and power.to_date >= $4",
        )
    },
    Part {
        ids: &["bar.id", "bar.case_id", "bar.guardian_id", "bar.item_id"],
        times: &["bar.decided_at", "bar.ended_at"],
        ..Part::of(Kind::Bar, "guardian_bar bar where bar.child_id {child}")
    },
    Part {
        ids: &["found.id", "found.case_id"],
        words: &["found.matter"],
        times: &["found.assessed_at"],
        flags: &["found.mature"],
        ..Part::of(Kind::Maturity, "maturity_assessment found where found.child_id {child}")
    },
];

const CASE: [Part; 4] = [
    Part {
        ids: &[
            "matter.id",
            "matter.area_id",
            "matter.child_id",
            "matter.owner_id",
            "unit.id",
            "agency.id",
        ],
        words: &["unit.kind", "unit.regime", "agency.kind"],
        times: &["matter.closed_at"],
        flags: &["agency.public"],
        ..Part::of(
            Kind::Case,
            "matter join unit on unit.id = matter.unit_id \
             join agency on agency.id = unit.agency_id",
        )
    },
    Part {
        ids: &["party.unit_id", "agency.id"],
        words: &["unit.kind", "unit.regime", "agency.kind", "party.standing"],
        flags: &["agency.public"],
        ..Part::of(
            Kind::Party,
            "party join unit on unit.id = party.unit_id \
             join agency on agency.id = unit.agency_id where party.case_id {case}",
        )
    },
    Part {
        ids: &["assignment.id", "assignment.unit_id"],
        ..Part::of(
            Kind::Assignment,
            "assignment where assignment.staff_id = $2 and assignment.case_id {case} \
             and assignment.from_date <= $4 \
             and (assignment.to_date is null or assignment.to_date >= $4)",
        )
    },
    Part {
        ids: &["glass.id", "glass.unit_id"],
        words: &["glass.legal_ground"],
        ..Part::of(
            Kind::Glass,
            "break_glass glass where glass.staff_id = $2 and glass.case_id {case} \
             and glass.until > $5",
        )
    },
];

const ITEM: [Part; 2] = [
    Part {
        ids: &["item.id", "item.case_id", "item.unit_id", "agency.id", "item.written_by_id"],
        words: &["item.category", "item.regime", "agency.kind"],
        flags: &[
            "item.safety",
            // A young person told it in confidence, or the child said that it is not for its
            // guardians.
            "item.confidential or exists (select 1 from voice_mark mark \
             where mark.item_id = item.id and mark.ended_at is null)",
            "agency.public",
            "exists (select 1 from item_block block where block.item_id = item.id \
             and block.lifted_at is null)",
        ],
        ..Part::of(
            Kind::Item,
            "item join agency on agency.id = item.agency_id where item.id {item}",
        )
    },
    Part {
        ids: &[
            "opened.id",
            "opened.item_id",
            "opened.unit_id",
            "opened.person_id",
            "opened.consent_id",
        ],
        words: &["opened.legal_ground", "cast(opened.roles as text)", "cast(opened.staff as text)"],
        days: &["opened.until"],
        times: &["opened.revoked_at"],
        ..Part::of(Kind::Publication, "publication opened where opened.item_id {item}")
    },
];

/// The case that is asked about, once for all parts that need it.
const OF_CASE: &str = "with matter as (select id, area_id, child_id, unit_id, owner_id, closed_at \
                       from case_file where id {case}) ";
const OF_ITEM: &str = "with place as (select case_id from item where id = $1), \
                       matter as (select id, area_id, child_id, unit_id, owner_id, closed_at \
                       from case_file where id {case}) ";
const CHILD_OF_CASE: &str = "= (select matter.child_id from matter)";
const CASE_OF_ITEM: &str = "= (select place.case_id from place)";

/// What is said to both databases alike.
const fn alike<'a>(word: &'a str, meaning: &'a str) -> (&'a str, &'a str, &'a str) {
    (word, meaning, meaning)
}

struct OfChild;
struct OfCase;
struct OfItem;
struct OfItems;

impl Statement for OfChild {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> =
            LazyLock::new(|| text("", &CHILD, &[alike("{child}", "= $1")]));
        &TEXT
    }
}

impl Statement for OfCase {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| {
            let parts = [&CHILD[..], &CASE].concat();
            text(OF_CASE, &parts, &[alike("{child}", CHILD_OF_CASE), alike("{case}", "= $1")])
        });
        &TEXT
    }
}

impl Statement for OfItem {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| {
            let parts = [&CHILD[..], &CASE, &ITEM].concat();
            let case = alike("{case}", CASE_OF_ITEM);
            text(OF_ITEM, &parts, &[alike("{child}", CHILD_OF_CASE), case, alike("{item}", "= $1")])
        });
        &TEXT
    }
}

impl Statement for OfItems {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> =
            LazyLock::new(|| text("", &ITEM, &[alike("{item}", "{in $1}")]));
        &TEXT
    }
}

impl Gathering<'_> {
    /// What is on record of a child, as far as it concerns `known`.
    pub(super) fn rows_of_child(
        &mut self,
        child: ChildId,
        known: &Known,
    ) -> Result<Rows, StoreError> {
        let (staff, person) = (Value::id(known.staff()), Value::id(known.person()));
        let values = [Value::id(child), staff, person, Value::Day(self.today)];
        Rows::load::<OfChild>(self.database, &values)
    }

    /// What is on record of a case and its child.
    pub(super) fn rows_of_case(&mut self, case: CaseId, known: &Known) -> Result<Rows, StoreError> {
        let values = self.values(Value::id(case), known);
        Rows::load::<OfCase>(self.database, &values)
    }

    /// What is on record of an item, its case and its child.
    pub(super) fn rows_of_item(&mut self, item: ItemId, known: &Known) -> Result<Rows, StoreError> {
        let values = self.values(Value::id(item), known);
        Rows::load::<OfItem>(self.database, &values)
    }

    /// What is on record of these items alone.
    pub(super) fn rows_of_items(&mut self, items: &[ItemId]) -> Result<Rows, StoreError> {
        Rows::load::<OfItems>(self.database, &[Value::ids(items)])
    }

    fn values(&self, of: Value<'static>, known: &Known) -> [Value<'static>; 5] {
        let (staff, person) = (Value::id(known.staff()), Value::id(known.person()));
        [of, staff, person, Value::Day(self.today), Value::At(At(self.now))]
    }
}
