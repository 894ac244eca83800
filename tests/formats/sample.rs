//! Entries of every kind, as one agency's log shows them.

use std::collections::BTreeMap;

use chrono::DateTime;
use samsyn::access::act::{self, Reach};
use samsyn::ledger::{
    ActorKind, ActorMark, Decision, Effect, FactSheet, Hash, Header, Leaf, Outcome, Record,
    Resource, Shown, Word as _, origin,
};
use serde_json::json;
use uuid::Uuid;

/// Texts that are hard to write in one form or another.
const HARD: [&str; 12] = [
    "",
    "   ",
    "=HYPERLINK(\"http://x\")",
    "\u{feff}\u{3000}＝1+1; -2\n@SUM(A1)",
    "a\u{0}\u{1}\u{b}\u{1f}\u{7f}\u{85}\u{fffe}\u{ffff}b",
    "<log>&amp;]]><!-- -->&#0;",
    "\"'\\ \r\n\t",
    "\u{202e}høger\u{2066}till\u{2069}vänster",
    "👩🏽‍⚕️ é e\u{301} ﷽",
    "{\"act\":null}",
    "läkare, \"jour\"; -1 | +46",
    "Samordning",
];

/// The names of the agency and the unit that act.
pub fn names() -> BTreeMap<Uuid, String> {
    BTreeMap::from([(id(1), "Socialnämnden; =1".to_owned()), (id(2), "Enhet <1>".to_owned())])
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0192_f5a0_0000_7000_8000_0000_0000_0000 + n)
}

fn hard(n: usize) -> String {
    match n % (HARD.len() + 1) {
        n if n == HARD.len() => "\"<å&\u{1}".repeat(700),
        n => HARD[n].to_owned(),
    }
}

/// How an entry ends: what was decided, what came of it, and the effect of each record. A record
/// without an effect can't be read in this log.
type Ending = (Decision, Outcome, &'static [Option<Effect>]);

fn endings(reach: Reach) -> Vec<Ending> {
    use Effect::{Asked, Changed, Refused, Shown};
    let effects: [&'static [Option<Effect>]; 2] = match reach {
        Reach::Reads => [&[Some(Shown)], &[Some(Shown), None, Some(Shown), Some(Refused)]],
        Reach::Changes => [&[Some(Changed)], &[Some(Changed), None, Some(Changed)]],
    };
    vec![
        (Decision::Permit, Outcome::Done, effects[0]),
        (Decision::Permit, Outcome::Done, effects[1]),
        (Decision::Permit, Outcome::Done, &[]),
        (Decision::Permit, Outcome::Done, &[None]),
        (Decision::Permit, Outcome::Done, &[Some(Asked)]),
        (Decision::PermitOverride, Outcome::Done, effects[0]),
        (Decision::Permit, Outcome::NotDone, &[Some(Refused)]),
        (Decision::Permit, Outcome::NotDone, &[Some(Shown)]),
        (Decision::Permit, Outcome::NotDone, &[]),
        (Decision::Deny, Outcome::Refused, &[Some(Refused)]),
        (Decision::Deny, Outcome::Refused, &[None]),
        (Decision::Deny, Outcome::Refused, &[]),
    ]
}

/// Every act with every ending, and what the service tells of itself.
pub fn entries() -> Vec<Shown> {
    let mut entries = Vec::new();
    for (name, resource, reach, word) in act::ALL {
        for ending in endings(*reach) {
            let word = if ending.0 == Decision::Deny { "Neka" } else { word };
            entries.push(entry(entries.len(), (name, word), Some(resource), ending));
        }
    }
    // What a writer like `OpenCase` makes is told besides what it was aimed at.
    for (name, made) in [("OpenCase", "Case"), ("WriteItem", "Item"), ("RegisterChild", "Child")] {
        let ending = (Decision::Permit, Outcome::Done, [Some(Effect::Changed)].as_slice());
        // By every kind of actor, however many entries stand before.
        for _ in 0..7 {
            entries.push(entry(entries.len(), (name, "Skriva"), Some(made), ending));
        }
    }
    let done = (Decision::Permit, Outcome::Done, [].as_slice());
    for (name, word) in [
        ("SignIn", "Logga in"),
        ("StartService", "Starta"),
        ("StopService", "Stoppa"),
        ("ChangePolicies", "Ändra"),
        ("MigrateDatabase", "Ändra"),
        ("Unknown", "Ett nytt ord"),
    ] {
        entries.push(entry(entries.len(), (name, word), None, done));
    }
    let unheard = (Decision::Deny, Outcome::NotDone, [].as_slice());
    entries.push(entry(entries.len(), ("GET /v1/items/{item}", "Neka"), None, unheard));
    entries
}

fn entry(n: usize, (act, action): (&str, &str), kind: Option<&str>, ending: Ending) -> Shown {
    let (decision, outcome, effects) = ending;
    let at = DateTime::from_timestamp(1_793_606_400 + n as i64, 7000).expect("a time");
    let some = |every: usize| n.is_multiple_of(every).then_some(());
    let header = Header {
        id: id(0x1_0000 + n as u128).into(),
        at,
        act: act.to_owned(),
        action: action.to_owned(),
        decision,
        outcome,
        rules: ["P05", "D12"].iter().take(n % 3).map(|rule| (*rule).to_owned()).collect(),
        policy: Hash::of(b"policies").to_string(),
        actor: actor(n),
        on_behalf_of: some(7).map(|()| id(0x303).into()),
        request: hard(n + 3),
        client: some(2).map(|()| hard(n / 2)),
        purpose: some(2).map(|()| hard(n / 2 + 1)),
        reason: some(3).map(|()| hard(n / 3)),
        subject: some(2).map(|()| id(0x300).into()),
        case: some(2).map(|()| id(0x301).into()),
        resource: kind
            .map(|kind| Resource { kind: kind.to_owned(), id: some(3).map(|()| id(0x302)) }),
        status: some(5).map(|()| 200),
        settings: some(11).map(|()| Hash::of(b"settings").to_string()),
        salt: [7; 16],
    };
    let all: Vec<Record> =
        (0..effects.len()).map(|place| record(n, place, kind, effects[place])).collect();
    let sealed = header.seal(&all);
    let open: Vec<(u32, Record)> =
        (0..).zip(all).zip(effects).filter_map(|(shown, effect)| effect.map(|_| shown)).collect();
    let leaf = Leaf {
        entry: sealed.hash,
        index: n as u64,
        log: origin("samsyn.example", id(1).into()),
        open: open.iter().map(|(place, _)| *place).collect(),
        time: at,
    };
    let hashes = sealed.records.iter().map(|record| record.hash).collect();
    Shown { leaf, header, hashes, records: open }
}

fn actor(n: usize) -> ActorMark {
    let kind = ActorKind::ALL[n % 7 % ActorKind::ALL.len()];
    let known = kind != ActorKind::Nobody && !n.is_multiple_of(13);
    let staff = kind == ActorKind::Staff;
    ActorMark {
        kind,
        id: known.then(|| id(0x200)),
        name: known.then(|| hard(n)),
        account: staff
            .then(|| ["SE2321000016-1A2B", "", "a\u{1}", &"x".repeat(40)][n % 4].to_owned()),
        role: known.then(|| hard(n + 1)),
        unit: (staff && !n.is_multiple_of(3)).then(|| id(2).into()),
        agency: staff.then(|| id(1).into()),
        assurance: known.then_some(3),
        issuer: known.then(|| "https://idp.example".to_owned()),
    }
}

fn record(n: usize, place: usize, kind: Option<&str>, effect: Option<Effect>) -> Record {
    let some = |every: usize| (n + place).is_multiple_of(every).then_some(());
    Record {
        agency: id(1 + place as u128 % 2).into(),
        open_to_actor: true,
        child: (!n.is_multiple_of(5)).then(|| id(0x300 + place as u128).into()),
        case: some(2).map(|()| id(0x301).into()),
        resource: Resource {
            kind: kind.unwrap_or("Search").to_owned(),
            id: Some(id(0x9_0000 + 16 * n as u128 + place as u128)),
        },
        category: some(2).map(|()| "MED".to_owned()),
        effect: effect.unwrap_or(Effect::Shown),
        rules: vec!["P05".to_owned(), "P07".to_owned()],
        ground: some(3).map(|()| "CONSENT".to_owned()),
        publication: some(3).map(|()| id(0x304).into()),
        consent: (!n.is_multiple_of(3)).then(|| id(0x305).into()),
        on_behalf_of: some(7).map(|()| id(0x303).into()),
        facts: some(2).map(|()| FactSheet::new(json!({ "inside": false })).expect("facts")),
        terms: some(4).map(|()| FactSheet::new(json!({ "number": "=1<&" })).expect("terms")),
        salt: [9; 16],
    }
}
