//! The rules as they are shipped, and changed ones.

use std::io::Write;

use samsyn::access::{Brief, Policy, PolicyFile};
use samsyn_prove::check::{Finding, Refutation, Subject, Verdict};
use samsyn_prove::fault::Fault;
use samsyn_prove::property::{self, Property};
use samsyn_prove::prover::Prover;
use samsyn_prove::source::Source;

/// The solver. Without one the test that asks for it can't run, and says so.
pub fn prover() -> Option<Prover> {
    match Prover::start() {
        Ok(prover) => Some(prover),
        Err(Fault::NoSolver { program, .. }) => {
            assert!(
                std::env::var("SAMSYN_PROVE_REQUIRED").as_deref() != Ok("1"),
                "NOTHING WAS PROVED: there is no solver `{program}`"
            );
            // Past the capture of the test harness, so that everybody sees it.
            let _ = writeln!(
                std::io::stderr(),
                "NOTHING WAS PROVED: a test did not run, for there is no solver `{program}`"
            );
            None
        }
        Err(fault) => panic!("{fault}"),
    }
}

/// The shipped rules, with `from` replaced by `to` in one file.
pub fn changed(file: &str, from: &str, to: &str) -> Source {
    let mut source = Source::embedded();
    let file = source.files.iter_mut().find(|it| it.name == file).expect("a file of rules");
    assert!(file.text.contains(from) && from != to, "{from}");
    file.text = file.text.replace(from, to);
    source
}

/// The shipped rules without one of them.
pub fn without(rule: &str) -> Source {
    let mut source = Source::embedded();
    drop_rule(&mut source, rule);
    source
}

/// Takes one rule out.
pub fn drop_rule(source: &mut Source, rule: &str) {
    let head = format!("@id(\"{rule}\")");
    let file = source.files.iter_mut().find(|it| it.text.contains(&head)).expect("the rule");
    let begin = file.text.find(&head).expect("the rule");
    let end = file.text[begin + 1..].find("@id(").map_or(file.text.len(), |at| begin + 1 + at);
    file.text.replace_range(begin..end, "");
}

/// One rule's text, to put others in its place.
pub fn rule_text(source: &Source, rule: &str) -> String {
    let head = format!("@id(\"{rule}\")");
    let file = source.files.iter().find(|it| it.text.contains(&head)).expect("the rule");
    let text = &file.text[file.text.find(&head).expect("the rule")..];
    text[..text[1..].find("@id(").map_or(text.len(), |at| at + 1)].to_owned()
}

/// Adds one more file to the common rules.
pub fn with_file(mut source: Source, text: &str) -> Source {
    source.files.push(PolicyFile { name: "more.cedar".to_owned(), text: text.to_owned() });
    source
}

/// A policy with all the words that one needs.
pub fn worded(id: &str, policy: &str) -> String {
    format!(
        "@id(\"{id}\") @law(\"FL 5 §\") @ground(\"NONE\") @sv(\"Sv.\") @en(\"En.\") \
         @way_sv(\"Sv.\") @way_en(\"En.\")\n{policy}"
    )
}

/// What is found of one property.
pub fn found(prover: &mut Prover, source: &Source, name: &str) -> Finding {
    let subject = Subject::read(source).unwrap();
    let properties = Property::read_all(&property::embedded(), &subject.world).unwrap();
    let property = properties.iter().find(|it| it.rule.id == name).expect("the property");
    subject.property(prover, property).unwrap()
}

/// The counterexample of a finding.
pub fn refuted(finding: &Finding) -> &Refutation {
    match &finding.verdict {
        Verdict::Refuted(refutation) => refutation,
        _ => panic!("{} holds", finding.name),
    }
}

/// The counterexample of one property, which the service itself permits under these rules and
/// refuses under the shipped ones.
pub fn opened(prover: &mut Prover, source: &Source, name: &str) -> String {
    let finding = found(prover, source, name);
    let refutation = refuted(&finding);
    assert!(refutation.found.plausible, "{name}: {}", refutation.said);
    let subject = Subject::read(source).unwrap();
    let json = refutation.found.example.to_json(&subject.world.vocabulary);
    let weaker = Policy::load(&source.files, &source.schema, &source.words).unwrap();
    for (policy, expected) in [(&weaker, true), (&Policy::embedded().unwrap(), false)] {
        let brief = Brief::from_json(&json, policy).unwrap();
        assert_eq!(policy.explain(&brief).permitted, expected, "{json}");
    }
    let ids: Vec<_> = refutation.found.permitted_by.iter().map(|rule| rule.id.as_str()).collect();
    format!("{} {}", json["act"].as_str().unwrap(), ids.join(" "))
}
