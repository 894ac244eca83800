//! The shapes of a header, a record and a leaf, as the verifier checks them in place: each field's
//! name, kind and whether it must be there, in the order of their bytes.
//!
//! **Invariant:** what has the shape is what `Header::parse`, `Record::parse` and `Leaf::parse`
//! read. Whoever adds a field there adds it here.

use super::words::{ActorKind, Decision, Effect, Outcome, Word};

/// An object whose fields are known.
pub(super) struct Shape {
    /// What it is, for the finding.
    pub name: &'static str,
    /// Its fields, sorted.
    pub fields: &'static [Field],
}

pub(super) struct Field {
    pub key: &'static str,
    pub kind: Kind,
    pub needed: bool,
}

/// What may stand in a field.
pub(super) enum Kind {
    Text,
    Texts,
    Bool,
    /// An integer from 0 up to this.
    Count(u64),
    /// Integers of 32 bits, ascending.
    Counts,
    Uuid,
    Instant,
    /// As many lowercase hexadecimal digits.
    Hex(usize),
    Hashes,
    /// A word of a closed set.
    Word(fn(&str) -> bool),
    Object(&'static Shape),
    /// Any object.
    Sheet,
}

const fn need(key: &'static str, kind: Kind) -> Field {
    Field { key, kind, needed: true }
}

const fn may(key: &'static str, kind: Kind) -> Field {
    Field { key, kind, needed: false }
}

fn is_word<W: Word>(word: &str) -> bool {
    W::from_word(word).is_some()
}

/// See [`super::Header`].
pub(super) static HEADER: Shape = Shape {
    name: "a header",
    fields: &[
        need("act", Kind::Text),
        need("action", Kind::Text),
        need("actor", Kind::Object(&ACTOR)),
        need("at", Kind::Instant),
        may("case", Kind::Uuid),
        may("client", Kind::Text),
        need("decision", Kind::Word(is_word::<Decision>)),
        need("id", Kind::Uuid),
        may("on_behalf_of", Kind::Uuid),
        need("outcome", Kind::Word(is_word::<Outcome>)),
        need("policy", Kind::Text),
        may("purpose", Kind::Text),
        may("reason", Kind::Text),
        need("records", Kind::Hashes),
        need("request", Kind::Text),
        may("resource", Kind::Object(&RESOURCE)),
        need("rules", Kind::Texts),
        need("salt", Kind::Hex(32)),
        may("settings", Kind::Text),
        may("status", Kind::Count(u16::MAX as u64)),
        may("subject", Kind::Uuid),
    ],
};
/// How many fields a header has.
pub(super) const HEADER_FIELDS: usize = HEADER.fields.len();
/// Where the header's `id` stands in the shape.
pub(super) const HEADER_ID: usize = place(&HEADER, "id");
/// Where the header's `records` stand in the shape.
pub(super) const HEADER_RECORDS: usize = place(&HEADER, "records");

static ACTOR: Shape = Shape {
    name: "an actor",
    fields: &[
        may("account", Kind::Text),
        may("agency", Kind::Uuid),
        may("assurance", Kind::Count(u8::MAX as u64)),
        may("id", Kind::Uuid),
        may("issuer", Kind::Text),
        need("kind", Kind::Word(is_word::<ActorKind>)),
        may("name", Kind::Text),
        may("role", Kind::Text),
        may("unit", Kind::Uuid),
    ],
};

static RESOURCE: Shape =
    Shape { name: "a resource", fields: &[may("id", Kind::Uuid), need("kind", Kind::Text)] };

/// See [`super::Record`].
pub(super) static RECORD: Shape = Shape {
    name: "a record",
    fields: &[
        need("agency", Kind::Uuid),
        may("case", Kind::Uuid),
        may("category", Kind::Text),
        may("child", Kind::Uuid),
        may("consent", Kind::Uuid),
        need("effect", Kind::Word(is_word::<Effect>)),
        may("facts", Kind::Sheet),
        may("ground", Kind::Text),
        may("on_behalf_of", Kind::Uuid),
        need("open_to_actor", Kind::Bool),
        may("publication", Kind::Uuid),
        need("resource", Kind::Object(&RESOURCE)),
        need("rules", Kind::Texts),
        need("salt", Kind::Hex(32)),
        may("terms", Kind::Sheet),
    ],
};

/// See [`super::Leaf`]. Its fields stand in the places 0 to 4.
pub(super) static LEAF: Shape = Shape {
    name: "a leaf",
    fields: &[
        need("entry", Kind::Hex(64)),
        need("index", Kind::Count(super::canonical::INTEGER_MAX)),
        need("log", Kind::Text),
        need("open", Kind::Counts),
        need("time", Kind::Instant),
    ],
};

/// The place of a field that there is; the compiler looks for it.
const fn place(shape: &Shape, key: &str) -> usize {
    let mut at = 0;
    while !same(shape.fields[at].key.as_bytes(), key.as_bytes()) {
        at += 1;
    }
    at
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::scan::Scan;
    use crate::ledger::{Header, Leaf, Record, canonical, sample};

    fn fits(shape: &'static Shape, bytes: &[u8]) -> bool {
        let mut scan = Scan::new(bytes);
        std::str::from_utf8(bytes).is_ok()
            && scan.object(shape, &mut []).is_ok()
            && scan.is_at_end()
    }

    fn agree(bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(fits(&HEADER, bytes), Header::parse(bytes).is_ok(), "header {text}");
        assert_eq!(fits(&RECORD, bytes), Record::parse(bytes).is_ok(), "record {text}");
        assert_eq!(fits(&LEAF, bytes), Leaf::parse(bytes).is_ok(), "leaf {text}");
        let mut scan = Scan::new(bytes);
        let passed = std::str::from_utf8(bytes).is_ok() && scan.value().is_some();
        assert_eq!(passed && scan.is_at_end(), canonical::parse(bytes).is_ok(), "value {text}");
    }

    /// Pieces that a canonical reader must tell apart.
    const PIECES: [&str; 30] = [
        "",
        "\"",
        "\\",
        "\\\"",
        "\\u0001",
        "\\u000a",
        "\\u001F",
        "\\/",
        "\\n",
        "\u{1}",
        "å",
        "-",
        "-0",
        "0",
        "00",
        "1.0",
        "1e1",
        "9007199254740992",
        "9007199254740993",
        "-9007199254740993",
        "null",
        "true",
        "{}",
        "[]",
        "{\"b\":1,\"a\":1}",
        "{\"a\":1,\"a\":1}",
        "{\"\\n\":1}",
        "{\"å\":1}",
        ",",
        " ",
    ];

    fn samples() -> Vec<Vec<u8>> {
        let log = sample::log(6);
        let entries = log.entries.iter();
        entries
            .flat_map(|entry| {
                let records = entry.records.iter().map(|record| record.bytes.clone());
                records.chain([entry.header.clone()])
            })
            .chain(log.leaves.iter().map(Leaf::bytes))
            .collect()
    }

    #[test]
    fn fields_are_sorted_and_samples_fit() {
        for shape in [&HEADER, &ACTOR, &RESOURCE, &RECORD, &LEAF] {
            assert!(shape.fields.is_sorted_by(|a, b| a.key < b.key), "{}", shape.name);
        }
        samples().iter().for_each(|bytes| agree(bytes));
    }

    #[test]
    fn the_depth_that_is_read_is_the_same() {
        for depth in 60..70 {
            let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            agree(nested.as_bytes());
        }
    }

    #[test]
    fn both_readers_know_the_same_instants() {
        let time = "2026-11-02T08:00:00.000000Z";
        let leaf = String::from_utf8(sample::log(1).leaves[0].bytes()).unwrap();
        assert!(leaf.contains(time));
        for other in [
            "2026-02-29T08:00:00.000000Z",
            "2028-02-29T08:00:00.000000Z",
            "2100-02-29T08:00:00.000000Z",
            "2000-02-29T23:59:59.999999Z",
            "2026-13-01T08:00:00.000000Z",
            "2026-00-01T08:00:00.000000Z",
            "2026-04-31T08:00:00.000000Z",
            "2026-04-00T08:00:00.000000Z",
            "2026-04-30T24:00:00.000000Z",
            "2026-04-30T23:60:00.000000Z",
            "2026-06-30T23:59:60.000000Z",
            "2026-06-30t23:59:59.000000Z",
            "2026-06-30T23:59:59.00000Z",
            "2026-06-30T23:59:59.000000+00:00",
            "0000-01-01T00:00:00.000000Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            agree(leaf.replace(time, other).as_bytes());
        }
    }

    proptest! {
        #[test]
        fn both_readers_agree_on_mangled_bytes(
            which in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(),
            length in 0_usize..24,
            piece in prop::sample::select(PIECES.to_vec()),
        ) {
            let samples = samples();
            let bytes = &samples[which.index(samples.len())];
            let at = at.index(bytes.len());
            let behind = &bytes[(at + length).min(bytes.len())..];
            agree(&[&bytes[..at], piece.as_bytes(), behind].concat());
        }

        #[test]
        fn both_readers_agree_on_pieces_put_together(
            pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..5),
        ) {
            agree(pieces.concat().as_bytes());
            agree(format!("[{}]", pieces.join(",")).as_bytes());
            agree(format!("{{\"a\":{}}}", pieces.concat()).as_bytes());
        }
    }
}
