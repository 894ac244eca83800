//! Whoever takes a guard away is shown what comes through.

use samsyn_prove::check::{Subject, Verdict};
use samsyn_prove::property;
use samsyn_prove::report;
use samsyn_prove::source::Source;

use super::support::{
    changed, drop_rule, found, opened, prover, refuted, rule_text, with_file, without, worded,
};

#[test]
fn the_shipped_rules_hold_whatever_is_asked_of_them() {
    let Some(mut prover) = prover() else { return };
    let subject = Subject::read(&Source::embedded()).unwrap();
    let mut told = Vec::new();
    let sound = subject.check(&mut prover, &property::embedded(), &mut |finding| {
        told.push((finding.holds(), report::finding(finding, &subject.world)));
        Ok(())
    });
    let wrong: Vec<_> = told.iter().filter(|(holds, _)| !holds).map(|(_, text)| text).collect();
    assert!(sound.unwrap() && wrong.is_empty(), "{wrong:#?}");
    assert!(told.len() > 20, "{}", told.len());
}

#[test]
fn without_the_wall_before_the_police_they_read_what_a_consent_opens() {
    let Some(mut prover) = prover() else { return };
    let source = without("D10");
    assert_eq!(opened(&mut prover, &source, "police-items"), "ReadItem P05");
    let text = report::finding(
        &found(&mut prover, &source, "police-items"),
        &Subject::read(&source).unwrap().world,
    );
    for said in
        ["NOT SO", "ReadItem", "police: ", "P05 (common.cedar)", "\"agency_kind\":\"police\""]
    {
        assert!(text.contains(said), "{said} is missing:\n{text}");
    }
    assert!(!text.contains("gathered"), "{text}");
}

#[test]
fn without_the_wall_before_auditors_they_read() {
    let Some(mut prover) = prover() else { return };
    let source = without("D12");
    for name in ["auditor", "administrator", "auditor-administrator"] {
        let finding = found(&mut prover, &source, name);
        let refutation = refuted(&finding);
        assert!(refutation.found.places.len() > 1, "{name}: {}", refutation.said);
        opened(&mut prover, &source, name);
    }
}

/// Two walls stand before who isn't assigned: D01, and the condition of each permit.
#[test]
fn without_an_assignment_two_walls_have_to_fall() {
    let Some(mut prover) = prover() else { return };
    let text = rule_text(&Source::embedded(), "P04");
    let open = text.replace("context.assigned &&", "true &&");
    assert_ne!(text, open);
    let without_one = without("D01");
    let without_other = changed("common.cedar", &text, &open);
    for source in [&without_one, &without_other] {
        assert!(found(&mut prover, source, "assignment-item").holds());
    }
    let mut without_both = without_other;
    drop_rule(&mut without_both, "D01");
    assert_eq!(opened(&mut prover, &without_both, "assignment-item"), "ReadItem P04");
}

#[test]
fn an_emergency_that_opens_more_is_found() {
    let Some(mut prover) = prover() else { return };
    let text = rule_text(&Source::embedded(), "P18c");
    let wider = text.replace("&& context.safety", "&& true");
    assert_ne!(text, wider);
    let source = changed("emergency.cedar", &text, &wider);
    assert_eq!(opened(&mut prover, &source, "emergency-item"), "ReadItem P18c");
}

#[test]
fn a_machine_that_gets_more_is_found() {
    let Some(mut prover) = prover() else { return };
    opened(&mut prover, &without("D20"), "machine-queue");
    let text = rule_text(&Source::embedded(), "P28");
    let source = changed("emergency.cedar", &text, &text.replace("context.inside &&", ""));
    let finding = found(&mut prover, &source, "machine-no-more");
    let said = &refuted(&finding).said;
    assert!(said.contains("P28") && said.contains("Without the duty `integration`"), "{said}");
}

#[test]
fn whatever_stands_in_the_way_of_a_report_is_found() {
    let Some(mut prover) = prover() else { return };
    let source = with_file(
        Source::embedded(),
        &worded(
            "X1",
            "forbid (principal, action == Action::\"SendConcernReport\", resource) \
             when { context.conflict };",
        ),
    );
    let finding = found(&mut prover, &source, "report-always");
    let refutation = refuted(&finding);
    assert!(refutation.said.contains("refused by X1"), "{}", refutation.said);
}

#[test]
fn a_rule_that_can_fail_and_one_that_is_dead_are_found() {
    let Some(mut prover) = prover() else { return };
    let more = [
        worded(
            "X1",
            "forbid (principal is Staff, action == Action::\"ReadItem\", resource) \
             when { principal.loa + principal.hour > 99 };",
        ),
        worded(
            "X2",
            "forbid (principal is Staff, action == Action::\"ReadItem\", resource) \
             when { context.party == \"activ\" };",
        ),
        worded(
            "X3",
            "permit (principal is Staff, action == Action::\"ReadItem\", resource) \
             when { context.assigned && context.conflict };",
        ),
    ];
    let mut source = Source::embedded();
    let few = ["D02", "P04"].map(|id| rule_text(&source, id)).concat();
    source.files.clear();
    let subject = Subject::read(&with_file(source, &(more.concat() + &few))).unwrap();
    let mut wrong = Vec::new();
    let sound = subject.check(&mut prover, &[], &mut |finding| {
        if let Verdict::Wrong(these) = &finding.verdict {
            wrong.extend(these.clone());
        }
        Ok(())
    });
    assert!(!sound.unwrap());
    let expected = [
        "X1 (more.cedar) can fail, for ReadItem",
        "X1 (more.cedar) never applies",
        "X2 (more.cedar) never applies",
        "X3 (more.cedar) never permits anything",
    ];
    assert_eq!(wrong, expected);
}
