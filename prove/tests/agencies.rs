//! An agency may narrow what the common rules allow, and nothing else.

use samsyn::access::PolicyFile;
use samsyn_prove::check::{Finding, Subject};
use samsyn_prove::prover::Prover;
use samsyn_prove::source::Source;

use super::support::{found, prover, refuted, worded};

const AGENCY: &str = "0199a000-0000-7000-8000-00000000a001";

fn with_agency(policies: &str) -> Source {
    let mut source = Source::embedded();
    let name = format!("{AGENCY}.cedar");
    source.agencies.push(PolicyFile { name, text: policies.to_owned() });
    source
}

fn narrows(prover: &mut Prover, source: &Source) -> Finding {
    let subject = Subject::read(source).unwrap();
    let (file, own) = &subject.agencies[0];
    subject.narrows(prover, file, own).unwrap()
}

#[test]
fn an_agency_that_permits_widens() {
    let Some(mut prover) = prover() else { return };
    let source = with_agency(&worded(
        "N1",
        "permit (principal is Staff, action == Action::\"ReadItem\", resource) \
         when { context.inside };",
    ));
    let finding = narrows(&mut prover, &source);
    let refutation = refuted(&finding);
    assert!(refutation.found.plausible);
    assert!(refutation.said.contains("permitted by N1"), "{}", refutation.said);
    assert!(refutation.said.contains("common rules alone it is refused"), "{}", refutation.said);
    let json = refutation.found.example.to_json(&Subject::read(&source).unwrap().world.vocabulary);
    let theirs = [&json["principal"]["agency"], &json["resource"]["owner"]];
    assert!(theirs.iter().any(|id| id.as_str() == Some(AGENCY)), "{json}");
}

/// Narrowing is the form of a file and not its meaning: a permit that the common rules give anyway
/// opens nothing, and is no widening. The service refuses it all the same.
#[test]
fn an_agency_that_permits_what_is_permitted_anyway_does_not_widen() {
    let Some(mut prover) = prover() else { return };
    let source = with_agency(&worded(
        "N1",
        "permit (principal, action == Action::\"ListUnits\", resource) when { principal has loa };",
    ));
    assert!(narrows(&mut prover, &source).holds());
    assert!(samsyn_prove::replay::policy(&source).is_err());
}

#[test]
fn an_agency_that_forbids_narrows() {
    let Some(mut prover) = prover() else { return };
    let source = with_agency(&worded(
        "N1",
        "forbid (principal is Staff, action in Action::\"CaseBound\", resource) \
         when { principal.hour < 6 };",
    ));
    assert!(narrows(&mut prover, &source).holds());
    assert!(found(&mut prover, &source, "report-always").holds());
    assert!(samsyn_prove::replay::policy(&source).is_ok());
}

#[test]
fn the_files_shown_as_examples_narrow() {
    let Some(mut prover) = prover() else { return };
    let directory =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/agencies");
    let examples = samsyn_prove::source::policy_files(&directory).unwrap();
    assert!(!examples.is_empty());
    for example in examples {
        let source = with_agency(&example.text);
        assert!(narrows(&mut prover, &source).holds(), "{}", example.name);
        assert!(found(&mut prover, &source, "report-always").holds(), "{}", example.name);
        assert!(samsyn_prove::replay::policy(&source).is_ok(), "{}", example.name);
    }
}

#[test]
fn an_agency_that_stands_in_the_way_of_a_report_is_found() {
    let Some(mut prover) = prover() else { return };
    let source = with_agency(&worded(
        "N1",
        "forbid (principal is Staff, action == Action::\"SendConcernReport\", resource) \
         when { principal.hour < 6 };",
    ));
    let finding = found(&mut prover, &source, "report-always");
    let said = &refuted(&finding).said;
    assert!(said.contains("refused by N1"), "{said}");
}
