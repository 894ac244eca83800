//! Random worlds: agencies and their staff, a child and its family, a case, one item, and what was
//! consented, published, blocked, hidden, opened in an emergency, begun and ended.
//!
//! **Invariant:** a world is plain data that says nothing of rules; the same seed is the same world.

use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

/// The day on which everything is asked.
pub const TODAY: &str = "2026-11-21";

/// A unit that stands in every world: name, agency, agency's kind, public, kind, secrecy.
pub struct Place {
    pub name: &'static str,
    pub agency: &'static str,
    pub agency_kind: &'static str,
    pub public: bool,
    pub kind: &'static str,
    pub regime: &'static str,
    /// What its items are about as a rule.
    pub category: &'static str,
}

const fn place(
    name: &'static str,
    agency: (&'static str, &'static str, bool),
    kind: &'static str,
    regime: &'static str,
    category: &'static str,
) -> Place {
    let (agency, agency_kind, public) = agency;
    Place { name, agency, agency_kind, public, kind, regime, category }
}

const SCHOOLS: (&str, &str, bool) = ("schools", "school", true);
const WELFARE: (&str, &str, bool) = ("welfare", "social", true);
const REGION: (&str, &str, bool) = ("region", "health", true);

pub const PLACES: [Place; 11] = [
    place("team", SCHOOLS, "school_social_team", "OSL-23-2c", "SCHOOL"),
    place("school", SCHOOLS, "school", "OSL-23-2c", "SCHOOL"),
    place("student_health", SCHOOLS, "student_health", "OSL-23-2a", "STUHEALTH"),
    place("school_nurse", SCHOOLS, "student_health_medical", "OSL-25-1", "MED"),
    place("free_school", ("foundation", "school", false), "school", "SKOLL-29-14", "SCHOOL"),
    place("social", WELFARE, "social_services", "OSL-26-1", "SOC"),
    place("night", WELFARE, "social_services", "OSL-26-1", "SOC"),
    place("psychiatry", REGION, "child_psychiatry", "OSL-25-1", "MED"),
    place("child_health", REGION, "child_health", "OSL-25-1", "MED"),
    place("clinic", ("company", "health", false), "child_psychiatry", "PSL-6-12", "MED"),
    place("police", ("police", "police", true), "police", "OSL-35-1", "CRIME"),
];

/// Everybody who works somewhere: name, place, role.
pub const STAFF: [(&str, usize, &str); 15] = [
    ("member", 0, "social_team_member"),
    ("teacher", 1, "teacher"),
    ("head", 1, "head_teacher"),
    ("counsellor", 2, "school_counsellor"),
    ("nurse", 3, "school_nurse"),
    ("free_teacher", 4, "teacher"),
    ("caseworker", 5, "caseworker"),
    ("manager", 5, "manager"),
    ("night_officer", 6, "emergency_social_worker"),
    ("night_colleague", 6, "caseworker"),
    ("clinician", 7, "clinician"),
    ("acute_clinician", 7, "emergency_clinician"),
    ("infant_nurse", 8, "child_health_nurse"),
    ("private_clinician", 9, "clinician"),
    ("officer", 10, "officer"),
];

/// The family: the child, two who may be guardians, and one who may have a power.
pub const FAMILY: [&str; 4] = ["child", "first", "second", "friend"];

/// Days before (negative) or after today, from and to; `None` has no end.
pub type Span = (i64, Option<i64>);

#[derive(Clone, Debug)]
pub struct Custody {
    pub guardian: usize,
    pub appointed: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Waiver {
    pub from: &'static str,
    pub to: &'static str,
    pub categories: Vec<&'static str>,
    pub span: (i64, i64),
    /// Who answered what, oldest first, some days ago.
    pub answers: Vec<(usize, &'static str)>,
}

#[derive(Clone, Debug)]
pub struct Publication {
    /// To a unit, or to somebody of the family.
    pub to: Recipient,
    pub roles: Vec<&'static str>,
    pub staff: Vec<usize>,
    pub ground: &'static str,
    /// Which waiver it rests on.
    pub waiver: Option<usize>,
    pub revoked: bool,
    /// The last day, from today.
    pub until: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    Unit(usize),
    Person(usize),
}

#[derive(Clone, Debug)]
pub struct World {
    pub born: NaiveDate,
    pub protection: &'static str,
    pub custody: Vec<Custody>,
    pub power: Option<(usize, Span)>,
    /// Standing of each place; "" has no part.
    pub parties: [&'static str; PLACES.len()],
    pub closed_days_ago: Option<i64>,
    pub assignments: [Option<Span>; STAFF.len()],
    pub conflicts: [bool; STAFF.len()],
    pub handlers: [bool; STAFF.len()],
    pub mature: Option<bool>,
    pub owner: usize,
    pub category: &'static str,
    pub safety: bool,
    pub confidential: bool,
    /// A block, and whether it was lifted.
    pub block: Option<bool>,
    /// A guardian, whether for the whole matter, whether ended.
    pub bar: Option<(usize, bool, bool)>,
    pub waivers: Vec<Waiver>,
    pub publications: Vec<Publication>,
    /// Who opened it in an emergency, and minutes left (or past).
    pub broken: Option<(usize, i64)>,
}

pub fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

fn chance(rng: &mut Rng, percent: u32) -> bool {
    rng.u32(..100) < percent
}

fn span(rng: &mut Rng) -> Span {
    match rng.u32(..10) {
        0..6 => (-90, None),
        6 => (-90, Some(0)),
        7 => (-90, Some(-1)),
        8 => (0, Some(30)),
        _ => (1, None),
    }
}

impl World {
    /// The world of this seed.
    pub fn of(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let owner = rng.usize(..PLACES.len() - 1);
        let odd = ["IDENT", "CONTACT", "ADDR", "VOICE", "CHRONO", "THIRD", "CONCERN", "SOC", "MED"];
        let category =
            if chance(rng, 75) { PLACES[owner].category } else { odd[rng.usize(..odd.len())] };
        let mut world = Self {
            born: birth(rng),
            protection: [
                "none",
                "confidentiality_flag",
                "protected_registration",
                "fictitious_identity",
            ][if chance(rng, 85) { 0 } else { rng.usize(1..4) }],
            custody: Vec::new(),
            power: chance(rng, 20).then(|| (rng.usize(..2), span(rng))),
            parties: std::array::from_fn(|_| {
                ["", "invited", "read_only", "active", "active", "active"][rng.usize(..6)]
            }),
            closed_days_ago: chance(rng, 20).then(|| [0, 30, 90, 91, 200][rng.usize(..5)]),
            assignments: std::array::from_fn(|_| chance(rng, 80).then(|| span(rng))),
            conflicts: std::array::from_fn(|_| chance(rng, 5)),
            handlers: std::array::from_fn(|_| chance(rng, 40)),
            mature: chance(rng, 25).then(|| rng.bool()),
            owner,
            category,
            safety: chance(rng, 30),
            confidential: chance(rng, 15),
            block: (chance(rng, 15) && category == "MED").then(|| chance(rng, 30)),
            bar: chance(rng, 15).then(|| (rng.usize(1..3), rng.bool(), chance(rng, 20))),
            waivers: Vec::new(),
            publications: Vec::new(),
            broken: chance(rng, 20)
                .then(|| ([8, 8, 11][rng.usize(..3)], [30, 59, 1, 0, -1, -500][rng.usize(..6)])),
        };
        world.parties[0] = "active";
        for guardian in 1..3 {
            if chance(rng, 80) {
                let appointed = chance(rng, 10);
                world.custody.push(Custody { guardian, appointed, span: span(rng) });
            }
        }
        for _ in 0..rng.usize(..3) {
            let waiver = world.waiver(rng);
            world.waivers.push(waiver);
        }
        for _ in 0..rng.usize(1..5) {
            let publication = world.publication(rng);
            world.publications.extend(publication);
        }
        world
    }

    fn waiver(&self, rng: &mut Rng) -> Waiver {
        let agency = |rng: &mut Rng| PLACES[rng.usize(..PLACES.len())].agency;
        let own = PLACES[self.owner].agency;
        let from = if chance(rng, 85) { own } else { agency(rng) };
        let categories: Vec<_> = [self.category, "SCHOOL", "PLAN"]
            .into_iter()
            .filter(|_| chance(rng, 70))
            .chain(["CHRONO"])
            .collect();
        let willing = chance(rng, 75);
        let answers = (0..rng.usize(1..5))
            .map(|_| {
                let word = if willing || chance(rng, 60) {
                    "given"
                } else {
                    ["refused", "withdrawn"][rng.usize(..2)]
                };
                (rng.usize(..3), word)
            })
            .collect();
        let span = [(-60, 100), (-60, 0), (-60, -1), (1, 90)][[0, 0, 0, 1, 2, 3][rng.usize(..6)]];
        Waiver { from, to: agency(rng), categories, span, answers }
    }

    /// A publication such as the service makes: one that was lawful on the day that it was made.
    fn publication(&self, rng: &mut Rng) -> Option<Publication> {
        let item = &PLACES[self.owner];
        if ["THIRD", "CONCERN"].contains(&self.category) {
            return None;
        }
        let mut made = Publication {
            to: Recipient::Unit(rng.usize(..PLACES.len())),
            roles: Vec::new(),
            staff: Vec::new(),
            ground: "CONSENT",
            waiver: None,
            revoked: chance(rng, 12),
            until: chance(rng, 20).then(|| [-1, 0, 10][rng.usize(..3)]),
        };
        if chance(rng, 15) {
            let child = rng.bool();
            made.to = Recipient::Person(if child { 0 } else { rng.usize(1..3) });
            made.ground = if child { "SELF" } else { "GUARDIAN" };
            return Some(made);
        }
        let Recipient::Unit(to) = made.to else { return None };
        let recipient = &PLACES[to];
        let welfare = ["social", "health"].contains(&recipient.agency_kind);
        let inside = recipient.agency == item.agency;
        let mut lawful = vec![];
        if self.category == "MED" && item.regime == "OSL-25-1" && welfare && recipient.public {
            lawful.push("CHILD_H");
        }
        if self.category == "SOC" && item.regime == "OSL-26-1" && welfare && recipient.public {
            lawful.push("CHILD_S");
        }
        if self.category == "SCHOOL" && item.regime == "OSL-23-2c" && welfare {
            lawful.push("HARM_TEST");
        }
        if item.name == "school_nurse"
            && recipient.name == "student_health"
            && self.category == "MED"
        {
            lawful.push("EMI");
        }
        if inside && to != self.owner && recipient.regime == item.regime {
            lawful.push("INNER");
        }
        if recipient.agency_kind == "social" && self.owner != to {
            lawful.push("INVEST");
        }
        if !self.waivers.is_empty() {
            lawful.extend(["CONSENT", "CONSENT", "CONSENT"]);
        }
        made.ground = lawful.get(rng.usize(..lawful.len().max(1)))?;
        if made.ground == "CONSENT" {
            let waiver = rng.usize(..self.waivers.len());
            let terms = &self.waivers[waiver];
            let fits = terms.from == item.agency && terms.categories.contains(&self.category);
            let to = PLACES.iter().position(|place| place.agency == terms.to)?;
            let forbidden = PLACES[to].agency_kind == "police"
                && ["MED", "STUHEALTH", "VOICE", "PLAN"].contains(&self.category);
            if !fits || forbidden {
                return None;
            }
            made.to = Recipient::Unit(to);
            made.waiver = Some(waiver);
        }
        let Recipient::Unit(to) = made.to else { return None };
        let there: Vec<usize> = (0..STAFF.len()).filter(|who| STAFF[*who].1 == to).collect();
        if chance(rng, 30) {
            made.roles = vec![STAFF[there[rng.usize(..there.len())]].2];
        }
        if chance(rng, 20) {
            made.staff = vec![there[rng.usize(..there.len())]];
        }
        Some(made)
    }
}

/// Births at and around the ages on which something turns.
fn birth(rng: &mut Rng) -> NaiveDate {
    let years = [3, 8, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19][rng.usize(..12)];
    let day: NaiveDate = format!("{}-11-21", 2026 - years).parse().unwrap();
    // Today, tomorrow, yesterday, or some time in the year.
    match rng.u32(..6) {
        0 => day,
        1 => day + Days::new(1),
        2 => day - Days::new(1),
        _ => day - Days::new(rng.u64(2..300)),
    }
}

/// An id as SQLite takes it. The number of the kind keeps kinds apart.
pub fn blob(kind: u8, index: usize) -> String {
    format!("x'{kind:02x}{index:030x}'")
}

fn date(days: i64) -> String {
    let day = today() + chrono::TimeDelta::days(days);
    format!("'{day}'")
}

fn ended(days: Option<i64>) -> String {
    days.map_or("null".to_owned(), date)
}

fn moment(days_ago: i64) -> String {
    format!("'{}T08:00:00.000000Z'", today() - chrono::TimeDelta::days(days_ago))
}

fn list<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| format!("\"{value}\"")).collect();
    format!("'[{}]'", quoted.join(","))
}

/// An id as text, as lists in a column hold it.
pub fn uuid(kind: u8, index: usize) -> String {
    uuid::Uuid::from_u128((u128::from(kind) << 120) | index as u128).to_string()
}

pub const AREA: u8 = 1;
pub const AGENCY: u8 = 2;
pub const UNIT: u8 = 3;
pub const WORKER: u8 = 4;
pub const PERSON: u8 = 5;
pub const CASE: u8 = 6;
pub const ITEM: u8 = 7;
const CONSENT: u8 = 8;
const OTHER: u8 = 9;

/// The place of an agency among the distinct ones.
pub fn agency_index(agency: &str) -> usize {
    PLACES.iter().position(|place| place.agency == agency).unwrap()
}

/// What stands in every world: agencies, units, staff.
pub fn ground_sql() -> String {
    let area = blob(AREA, 0);
    let mut sql = format!("insert into area (id, name) values ({area}, 'area');\n");
    for (index, place) in PLACES.iter().enumerate() {
        let agency = agency_index(place.agency);
        if agency == index {
            let id = blob(AGENCY, agency);
            let _ = writeln!(
                sql,
                "insert into agency (id, kind, public, name, mission) values ({id}, '{}', {}, '{}', '');
                 insert into agency_area (agency_id, area_id) values ({id}, {area});",
                place.agency_kind, place.public, place.agency,
            );
        }
        let _ = writeln!(
            sql,
            "insert into unit (id, agency_id, kind, regime, name, mission) values ({}, {}, '{}', '{}', '{}', '');",
            blob(UNIT, index),
            blob(AGENCY, agency),
            place.kind,
            place.regime,
            place.name,
        );
    }
    for (index, (name, place, role)) in STAFF.iter().enumerate() {
        let (id, agency) = (blob(WORKER, index), agency_index(PLACES[*place].agency));
        let _ = writeln!(
            sql,
            "insert into staff (id, agency_id, issuer, subject, name) values ({id}, {}, 'i', '{name}', '{name}');
             insert into duty (id, staff_id, unit_id, role, from_date) values ({}, {id}, {}, '{role}', '2026-01-01');",
            blob(AGENCY, agency), blob(OTHER, index), blob(UNIT, *place),
        );
    }
    sql
}

impl World {
    /// The rows that make this world. `digests` are the vault's, of the family's numbers.
    pub fn sql(&self, digests: &[Vec<u8>; FAMILY.len()]) -> String {
        let (area, child, case) = (blob(AREA, 0), blob(PERSON, 0), blob(CASE, 0));
        let mut sql = String::new();
        let mut row = |text: String| {
            sql.push_str(&text);
            sql.push_str(";\n");
        };
        for (index, digest) in digests.iter().enumerate() {
            let (born, protection) = match index {
                0 => (format!("'{}'", self.born), self.protection),
                _ => ("'1980-01-01'".to_owned(), "none"),
            };
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            row(format!(
                "insert into person (id, area_id, display_name, birth_date, protection, version) \
                 values ({}, {area}, '', {born}, '{protection}', 1)",
                blob(PERSON, index),
            ));
            row(format!(
                "insert into identity_number (digest, area_id, person_id, scheme, sealed) \
                 values (x'{hex}', {area}, {}, 'personal', x'00')",
                blob(PERSON, index),
            ));
        }
        for (index, custody) in self.custody.iter().enumerate() {
            let kind = if custody.appointed { "appointed_guardian" } else { "parent" };
            row(format!(
                "insert into custody (id, area_id, child_id, guardian_id, from_date, to_date, kind) \
                 values ({}, {area}, {child}, {}, {}, {}, '{kind}')",
                blob(OTHER, 100 + index),
                blob(PERSON, custody.guardian),
                date(custody.span.0),
                ended(custody.span.1),
            ));
        }
        if let Some((held_for, span)) = &self.power {
            row(format!(
                "insert into power (id, area_id, child_id, holder_id, for_id, from_date, to_date) \
                 values ({}, {area}, {child}, {}, {}, {}, {})",
                blob(OTHER, 110),
                blob(PERSON, 3),
                blob(PERSON, *held_for),
                date(span.0),
                date(span.1.unwrap_or(365)),
            ));
        }
        let worker = blob(WORKER, 0);
        row(format!(
            "insert into referral (id, area_id, child_id, from_unit_id, to_unit_id, made_by_id, made_at, \
             content, urgency, state, version) values ({}, {area}, {child}, {}, {}, {worker}, {}, '{{}}', \
             'soon', 'case_opened', 1)",
            blob(OTHER, 120),
            blob(UNIT, 0),
            blob(UNIT, 0),
            moment(400),
        ));
        let closed = match self.closed_days_ago {
            None => "null, null, null".to_owned(),
            Some(days) => format!("{}, 'goals_met', {worker}", moment(days)),
        };
        row(format!(
            "insert into case_file (id, area_id, child_id, referral_id, unit_id, owner_id, first_contact_on, \
             key_question, opened_at, version, closed_at, closed_because, closed_by_id) values ({case}, {area}, \
             {child}, {}, {}, {worker}, {}, '', {}, 1, {closed})",
            blob(OTHER, 120),
            blob(UNIT, 0),
            date(-390),
            moment(399),
        ));
        for (index, standing) in self.parties.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
            row(format!(
                "insert into party (case_id, unit_id, area_id, standing, invited_at) values ({case}, {}, \
                 {area}, '{standing}', {})",
                blob(UNIT, index),
                moment(390),
            ));
        }
        for (index, (_, place, _)) in STAFF.iter().enumerate() {
            if let Some(span) = self.assignments[index] {
                row(format!(
                    "insert into assignment (id, area_id, case_id, unit_id, staff_id, from_date, to_date) \
                     values ({}, {area}, {case}, {}, {}, {}, {})",
                    blob(OTHER, 200 + index),
                    blob(UNIT, *place),
                    blob(WORKER, index),
                    date(span.0),
                    ended(span.1),
                ));
            }
            if self.conflicts[index] {
                row(format!(
                    "insert into conflict_of_interest (staff_id, person_id, area_id) values ({}, {child}, {area})",
                    blob(WORKER, index),
                ));
            }
            if self.handlers[index] {
                row(format!(
                    "insert into named_handler (staff_id, person_id, area_id) values ({}, {child}, {area})",
                    blob(WORKER, index),
                ));
            }
        }
        if let Some(mature) = self.mature {
            for (index, matter) in ["waiver", "plan"].iter().enumerate() {
                row(format!(
                    "insert into maturity_assessment (id, area_id, child_id, case_id, matter, mature, reason, \
                     assessed_by_id, assessed_at) values ({}, {area}, {child}, {case}, '{matter}', {mature}, '', \
                     {worker}, {})",
                    blob(OTHER, 300 + index),
                    moment(50),
                ));
            }
        }
        let owner = &PLACES[self.owner];
        row(format!(
            "insert into item (id, area_id, case_id, child_id, agency_id, unit_id, category, regime, title, \
             body, written_by_id, written_at, safety, confidential) values ({}, {area}, {case}, {child}, {}, {}, \
             '{}', '{}', '', '', {worker}, {}, {}, {})",
            blob(ITEM, 0),
            blob(AGENCY, agency_index(owner.agency)),
            blob(UNIT, self.owner),
            self.category,
            owner.regime,
            moment(300),
            self.safety,
            self.confidential,
        ));
        if let Some(lifted) = self.block {
            let lifted = if lifted { moment(5) } else { "null".to_owned() };
            row(format!(
                "insert into item_block (id, area_id, item_id, blocked_by_id, recorded_by_id, blocked_at, \
                 lifted_at) values ({}, {area}, {}, {child}, {worker}, {}, {lifted})",
                blob(OTHER, 310),
                blob(ITEM, 0),
                moment(20),
            ));
        }
        if let Some((guardian, whole, over)) = self.bar {
            let item = if whole { "null".to_owned() } else { blob(ITEM, 0) };
            let over = if over { moment(3) } else { "null".to_owned() };
            row(format!(
                "insert into guardian_bar (id, area_id, case_id, child_id, guardian_id, item_id, reason, \
                 decided_by_id, decided_at, ended_at) values ({}, {area}, {case}, {child}, {}, {item}, '', \
                 {worker}, {}, {over})",
                blob(OTHER, 320),
                blob(PERSON, guardian),
                moment(30),
            ));
        }
        for (index, waiver) in self.waivers.iter().enumerate() {
            row(format!(
                "insert into consent (id, area_id, case_id, child_id, from_agency_id, to_agency_id, categories, \
                 purpose, valid_from, valid_to, explained_in, givers, asked_by_id, asked_at, version, kind) values \
                 ({}, {area}, {case}, {child}, {}, {}, {}, '', {}, {}, 'sv', '[]', {worker}, {}, 1, 'waiver')",
                blob(CONSENT, index),
                blob(AGENCY, agency_index(waiver.from)),
                blob(AGENCY, agency_index(waiver.to)),
                list(&waiver.categories),
                date(waiver.span.0),
                date(waiver.span.1),
                moment(70),
            ));
            for (turn, (giver, answer)) in waiver.answers.iter().enumerate() {
                row(format!(
                    "insert into consent_answer (id, area_id, consent_id, giver_id, answer, manner, language, at) \
                     values ({}, {area}, {}, {}, '{answer}', 'written', 'sv', {})",
                    blob(OTHER, 400 + 10 * index + turn),
                    blob(CONSENT, index),
                    blob(PERSON, *giver),
                    moment(60 - turn as i64),
                ));
            }
        }
        for (index, made) in self.publications.iter().enumerate() {
            let (unit, person) = match made.to {
                Recipient::Unit(unit) => (blob(UNIT, unit), "null".to_owned()),
                Recipient::Person(person) => ("null".to_owned(), blob(PERSON, person)),
            };
            row(format!(
                "insert into publication (id, area_id, item_id, unit_id, person_id, roles, staff, legal_ground, \
                 consent_id, published_by_id, published_at, revoked_at, until) values ({}, {area}, {}, {unit}, \
                 {person}, {}, {}, '{}', {}, {worker}, {}, {}, {})",
                blob(OTHER, 500 + index),
                blob(ITEM, 0),
                list(&made.roles),
                list(made.staff.iter().map(|who| uuid(WORKER, *who))),
                made.ground,
                made.waiver.map_or("null".to_owned(), |waiver| blob(CONSENT, waiver)),
                moment(40),
                if made.revoked { moment(2) } else { "null".to_owned() },
                made.until.map_or("null".to_owned(), date),
            ));
        }
        if let Some((who, minutes)) = self.broken {
            let now: chrono::DateTime<chrono::Utc> = NOW.parse().unwrap();
            let until = now + chrono::TimeDelta::minutes(minutes);
            let (_, place, _) = STAFF[who];
            row(format!(
                "insert into break_glass (id, area_id, case_id, child_id, staff_id, agency_id, unit_id, \
                 legal_ground, reason, opened_at, until, review_before) values ({}, {area}, {case}, {child}, {}, \
                 {}, {}, 'EMERGENCY', 'reason', {}, '{}', {})",
                blob(OTHER, 600),
                blob(WORKER, who),
                blob(AGENCY, agency_index(PLACES[place].agency)),
                blob(UNIT, place),
                moment(1),
                until.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
                moment(-6),
            ));
        }
        sql
    }
}

/// The moment at which everything is asked: ten in the morning, Swedish time.
const NOW: &str = "2026-11-21T09:00:00Z";
