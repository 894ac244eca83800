//! Inera's log posts: the structure as its description gives it, read with another reader.

use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;
use samsyn::ledger::{Word as _, inera_head, inera_log, inera_tail};
use serde_json::Value;

use super::{each, file, said, validators};

/// An element as it was read.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    inner: Vec<Element>,
}

/// A field: its name, how often it stands there at least and at most, and what it holds.
type Field = (&'static str, usize, usize, Holds);

/// What an element holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    Fields(&'static [Field]),
    /// At least one character and at most so many.
    Id(usize),
    /// At most so many characters.
    Text(usize),
    OneOf(&'static [&'static str]),
    Time,
}

use Holds::{Fields, Id, OneOf, Text, Time};

const MANY: usize = usize::MAX;
const LOGS: Field = ("logs", 1, 1, Fields(&[("log", 0, MANY, Fields(LOG))]));
const LOG: &[Field] = &[
    ("logId", 1, 1, Id(36)),
    ("system", 1, 1, Fields(&[("systemId", 1, 1, Id(32)), ("systemName", 0, 1, Text(256))])),
    ("activity", 1, 1, Fields(ACTIVITY)),
    ("user", 1, 1, Fields(USER)),
    ("resources", 1, 1, Fields(&[("resource", 1, MANY, Fields(RESOURCE))])),
];
const ACTIVITY: &[Field] = &[
    ("activityType", 1, 1, OneOf(&ACTIVITY_TYPES)),
    ("activityLevel", 0, 1, Text(256)),
    ("activityArgs", 0, 1, Text(8192)),
    ("startDate", 1, 1, Time),
    ("purpose", 1, 1, OneOf(&PURPOSES)),
];
const USER: &[Field] = &[
    ("userId", 1, 1, Id(32)),
    ("name", 0, 1, Text(256)),
    ("personId", 0, 1, Fields(IDENTIFIER)),
    ("assignment", 0, 1, Text(256)),
    ("title", 0, 1, Text(256)),
    ("careProvider", 1, 1, Fields(CARE_PROVIDER)),
    ("careUnit", 1, 1, Fields(CARE_UNIT)),
];
const RESOURCE: &[Field] = &[
    ("resourceType", 1, 1, Id(256)),
    (
        "patient",
        0,
        1,
        Fields(&[("patientId", 1, 1, Fields(IDENTIFIER)), ("patientName", 0, 1, Text(256))]),
    ),
    ("careProvider", 1, 1, Fields(CARE_PROVIDER)),
    ("careUnit", 0, 1, Fields(CARE_UNIT)),
];
const IDENTIFIER: &[Field] = &[("root", 1, 1, Id(MANY)), ("extension", 0, 1, Text(MANY))];
const CARE_PROVIDER: &[Field] =
    &[("careProviderId", 1, 1, Id(32)), ("careProviderName", 0, 1, Text(256))];
const CARE_UNIT: &[Field] = &[("careUnitId", 1, 1, Id(32)), ("careUnitName", 0, 1, Text(256))];
const ACTIVITY_TYPES: [&str; 7] =
    ["Läsa", "Skriva", "Signera", "Utskrift", "Vidimera", "Radera", "Nödöppning"];
const PURPOSES: [&str; 6] = [
    "Vård och behandling",
    "Kvalitetssäkring",
    "Annan dokumentation enligt lag",
    "Statistik",
    "Administration",
    "Kvalitetsregister",
];

fn read(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) => {
                open.push(Element { name: start.name().as_ref().to_owned(), ..Element::default() })
            }
            Event::End(_) => {
                let closed = open.pop().expect("an open element");
                open.last_mut().expect("what it stands in").inner.push(closed);
            }
            Event::Text(text) => {
                open.last_mut().expect("an element").text += &text;
            }
            Event::GeneralRef(name) => {
                let known = match name.resolve_char_ref().expect("a character") {
                    Some(c) => c.to_string(),
                    None => quick_xml::escape::resolve_xml_entity(&name)
                        .expect("an entity of XML's own")
                        .to_owned(),
                };
                open.last_mut().expect("an element").text += &known;
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(open.len(), 1);
    open.remove(0).inner.remove(0)
}

/// What is wrong with an element, as its description has it.
fn wrong(element: &Element, holds: Holds) -> Option<String> {
    let chars = element.text.chars().count();
    let fits = match holds {
        Fields(fields) => return misplaced(element, fields),
        _ if !element.inner.is_empty() => false,
        Id(chars_max) => (1..=chars_max).contains(&chars) && !element.text.trim().is_empty(),
        Text(chars_max) => chars <= chars_max,
        OneOf(words) => words.contains(&element.text.as_str()),
        Time => chrono::DateTime::parse_from_rfc3339(&element.text).is_ok(),
    };
    (!fits).then(|| format!("{}: {:?}", element.name, element.text))
}

fn misplaced(element: &Element, fields: &[Field]) -> Option<String> {
    let mut inner = element.inner.iter().peekable();
    for (name, least, most, holds) in fields {
        let mut count = 0;
        while let Some(field) = inner.next_if(|field| field.name == *name) {
            count += 1;
            if let Some(wrong) = wrong(field, *holds) {
                return Some(format!("{}/{wrong}", element.name));
            }
        }
        if !(*least..=*most).contains(&count) {
            return Some(format!("{} has {count} {name}", element.name));
        }
    }
    inner.next().map(|left| format!("{} has {} in the wrong place", element.name, left.name))
}

/// The posts of every entry, and how many entries have one.
fn posts() -> (String, usize) {
    let mut out = inera_head().into_bytes();
    let mut posts = 0;
    each(|shown, legend| {
        posts += usize::from(inera_log(shown, legend, &mut out).expect("a post"));
    });
    out.extend_from_slice(inera_tail().as_bytes());
    (String::from_utf8(out).expect("UTF-8"), posts)
}

fn field<'a>(element: &'a Element, path: &[&str]) -> &'a Element {
    path.iter().fold(element, |element, name| {
        element.inner.iter().find(|inner| inner.name == *name).expect("the field")
    })
}

#[test]
fn every_act_and_every_ending_is_a_post_of_the_published_structure() {
    let (text, count) = posts();
    assert!(text.contains("<logs xmlns=\"urn:riv:informationsecurity:auditing:log:2\">"));
    let logs = read(&text);
    assert_eq!(wrong(&logs, LOGS.3), None);
    assert_eq!(logs.inner.len(), count);
    let path = file("inera-logs.xml", text.as_bytes());
    if let Some((valid, told)) = xmllint(&path) {
        assert!(valid, "{}", told.chars().take(2000).collect::<String>());
    }
}

fn xmllint(path: &Path) -> Option<(bool, String)> {
    let there = ["/usr/bin/xmllint", "/usr/local/bin/xmllint"];
    let there = there.iter().any(|program| Path::new(program).exists());
    let schema = validators().join("inera-log.xsd");
    let options = [Path::new("--noout"), Path::new("--nonet"), Path::new("--schema")];
    let arguments = [&options[..], &[schema.as_path(), path]].concat();
    let output = said("xmllint", there, &arguments)?;
    Some((output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
}

#[test]
fn a_post_out_of_order_too_long_or_of_another_word_is_found() {
    let (text, _) = posts();
    for (n, (from, to)) in [
        ("<activityType>Läsa</activityType>", "<activityType>Neka</activityType>"),
        ("<purpose>Administration</purpose>", "<purpose>Tillsyn</purpose>"),
        ("<logId>", "<logId>x</logId><logId>"),
        ("<systemName>", "<systemNamn>"),
        ("<startDate>2026", "<startDate>igår"),
        ("</resources>", "</resources><resources></resources>"),
        ("<userId>", "<userId>01234567890123456789012345678901"),
        ("<root>2.16", "<rot>2.16"),
    ]
    .into_iter()
    .enumerate()
    {
        let spoilt = text.replacen(from, to, 1);
        let closing = |tag: &str| tag.replace('<', "</");
        let spoilt = match (from.strip_suffix('>'), to.strip_suffix('>')) {
            (Some("<systemName"), _) => spoilt.replacen(&closing(from), &closing(to), 1),
            _ if to.starts_with("<rot>") => spoilt.replacen("</root>", "</rot>", 1),
            _ => spoilt,
        };
        assert_ne!(spoilt, text, "{from}");
        assert!(wrong(&read(&spoilt), LOGS.3).is_some(), "{to}");
        let path = file(&format!("spoilt-{n}.xml"), spoilt.as_bytes());
        if let Some((valid, _)) = xmllint(&path) {
            assert!(!valid, "{to}");
        }
    }
}

#[test]
fn a_post_says_what_was_refused_and_calls_a_child_by_its_pseudonym() {
    each(|shown, legend| {
        let mut out = inera_head().into_bytes();
        if !inera_log(shown, legend, &mut out).expect("a post") {
            let word = shown.header.action.as_str();
            assert!(["Logga in", "Starta", "Stoppa"].contains(&word), "{word} has no post");
            return;
        }
        out.extend_from_slice(inera_tail().as_bytes());
        let logs = read(&String::from_utf8(out).expect("UTF-8"));
        let log = &logs.inner[0];
        let arguments = &field(log, &["activity", "activityArgs"]).text;
        let arguments: Value = serde_json::from_str(arguments).expect("JSON");
        assert_eq!(arguments["action"], shown.header.action.as_str());
        let word = field(log, &["activity", "activityType"]).text.as_str();
        if shown.header.action == "Neka" {
            assert_eq!(arguments["result"], "refused");
            // The post says what was attempted.
            let attempted = samsyn::access::act::word_of(&shown.header.act);
            if let Some(attempted) = attempted.filter(|it| ACTIVITY_TYPES.contains(it)) {
                assert_eq!(word, attempted);
            }
        }
        let resources = &field(log, &["resources"]).inner;
        assert_eq!(resources.len(), shown.records.len().max(1));
        for ((_, record), resource) in shown.records.iter().zip(resources) {
            // A row that was kept from the actor, or only asked about, is no access.
            let kept = ["refused", "asked"].contains(&record.effect.word());
            let kind = &field(resource, &["resourceType"]).text;
            let said = kind.ends_with("refused") || arguments["result"] != "done";
            assert!(!kept || said, "{kind}: {arguments}");
            assert!(kept || !kind.ends_with("refused") || shown.header.action == "Neka", "{kind}");
            let patient = resource.inner.iter().find(|inner| inner.name == "patient");
            assert_eq!(patient.is_some(), record.child.is_some());
            if let (Some(patient), Some(child)) = (patient, record.child) {
                let extension = &field(patient, &["patientId", "extension"]).text;
                assert_eq!(*extension, format!("urn:uuid:{child}"));
            }
        }
    });
}
