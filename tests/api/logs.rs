//! `/v1/logs`

use chrono::TimeDelta;
use samsyn::ledger::{KeySource, VerifierKey, verify};
use serde_json::{Value, json};

use super::{
    BUP, NOTHING, SCHOOL, SOCIAL, begin_plan, faults, joint_case, medical_item, rules, share,
};
use crate::support::exports;
use crate::support::house::{Answer, House, on_each_backend};

fn export(house: &House, format: &str) -> Value {
    let now = house.clock().now();
    json!({
        "from": now - TimeDelta::days(1),
        "to": now + TimeDelta::days(1),
        "purpose": "Loggranskning.",
        "format": format,
    })
}

fn path(house: &House, unit: &str) -> String {
    format!("/v1/logs/{}", house.agency_of(unit))
}

async fn exported(house: &House, who: &str, unit: &str, format: &str) -> Answer {
    exports::exported(house, who, house.agency_of(unit), export(house, format)).await
}

#[test]
fn an_agencys_auditor_exports_its_log_and_anybody_can_prove_it_whole() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let publications = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publications, share(house, SOCIAL, "CHILD_H")).await.must(201);
        house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(200);

        for (who, unit) in
            [("revisor-social", SOCIAL), ("revisor-bup", BUP), ("revisor-skola", SCHOOL)]
        {
            let ndjson = exported(house, who, unit, "ndjson").await;
            let kind = ndjson.header("content-type").unwrap_or_default();
            assert!(kind.starts_with("application/x-ndjson"), "{kind}");
            let state = house.as_(who).get(&path(house, unit)).await.must(200).json();
            let key: Option<VerifierKey> = state["key"].as_str().and_then(|key| key.parse().ok());
            let key = key.expect("a verifier key");
            let report = verify(ndjson.body.as_slice(), Some(&key)).expect("a whole export");
            assert_eq!(report.key_source, KeySource::Caller);
            assert_eq!(report.agency.uuid(), house.agency_of(unit));
            assert!(report.end > 0 && report.first == 0, "{who}");
            assert!(state["checkpoint"].is_string());

            // The export itself is the newest act in it, with its purpose.
            assert!(ndjson.text().contains("ExportLog"), "{who}");
            assert!(ndjson.text().contains("Loggranskning."), "{who}");
            for word in ["Sömn och skoldag", "Barn A", "200302022389", "börja senare"] {
                assert!(!ndjson.text().contains(word), "{word} in the log of {unit}");
            }
            // One byte less is no whole export.
            let cut = &ndjson.body[..ndjson.body.len() - 1];
            let last_line = cut.iter().rposition(|byte| *byte == b'\n').expect("lines");
            assert!(verify(&cut[..=last_line], Some(&key)).is_err(), "{who}");
        }
    });
}

#[test]
fn an_agencys_log_tells_what_concerned_it_and_nothing_else() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        // Social services' log learns nothing of an item that was never shared with it.
        let before = exported(house, "revisor-social", SOCIAL, "ndjson").await.text();
        assert!(!before.contains(&item.to_string()));
        let owners = exported(house, "revisor-bup", BUP, "ndjson").await.text();
        assert!(owners.contains(&item.to_string()));
        let publications = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publications, share(house, SOCIAL, "CHILD_H")).await.must(201);
        house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(200);
        for (who, unit) in [("revisor-social", SOCIAL), ("revisor-bup", BUP)] {
            let after = exported(house, who, unit, "ndjson").await.text();
            let reads = after
                .lines()
                .filter(|line| line.contains("ReadItem") && line.contains(&item.to_string()));
            assert_eq!(
                reads.count(),
                1,
                "the reader's agency and the owner's both have it: {unit}"
            );
        }
    });
}

#[test]
fn a_log_is_for_its_own_agencys_auditor_alone() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let plan = begin_plan(house, case).await;
        let school = path(house, SCHOOL);
        let exports = format!("{school}/exports");
        house.as_("revisor-skola").get(&school).await.must(200);
        for who in ["revisor-social", "revisor-bup"] {
            let refused = house.as_(who).get(&school).await.must(403);
            assert!(rules(&refused).contains(&"D22".to_owned()), "{who}: {refused}");
            let refused = house.as_(who).post(&exports, export(house, "ndjson")).await.must(403);
            assert!(rules(&refused).contains(&"D22".to_owned()), "{who}: {refused}");
        }
        for who in ["kurator", "rektor", "administrator", "vardnadshavare-1", "polis"] {
            for refused in [
                house.as_(who).get(&school).await,
                house.as_(who).post(&exports, export(house, "csv")).await,
            ] {
                assert!([403, 404].contains(&refused.status), "{who}: {refused}");
                assert!(!refused.text().contains("origin"));
            }
        }
        let nothing = format!("/v1/logs/{NOTHING}");
        let missed = house.as_("revisor-skola").get(&nothing).await;
        assert!([403, 404].contains(&missed.status), "{missed}");
        // The auditor sees who did what, and never the content.
        for content in [format!("/v1/plans/{plan}"), format!("/v1/cases/{case}")] {
            let refused = house.as_("revisor-skola").get(&content).await.must(403);
            assert_eq!(rules(&refused), ["D12"]);
        }
    });
}

#[test]
fn an_export_has_a_period_a_purpose_and_a_format() {
    on_each_backend(async |house| {
        let exports = format!("{}/exports", path(house, SCHOOL));
        let auditor = house.as_("revisor-skola");
        let with = |name: &str, value: Value| {
            let mut body = export(house, "ndjson");
            body[name] = value;
            body
        };
        let from = export(house, "ndjson")["from"].clone();
        for (body, expected) in [
            (with("to", from.clone()), "/to ends_before_it_begins"),
            (with("to", json!("2020-01-01T00:00:00Z")), "/to ends_before_it_begins"),
            (with("from", json!("2026-11-21")), "/from not_a_time"),
            (with("from", json!("2026-11-21T25:00:00Z")), "/from not_a_time"),
            (with("to", json!("9999999-01-01T00:00:00Z")), "/to not_a_time"),
            (with("purpose", json!("  ")), "/purpose empty"),
            (with("format", json!("xlsx")), "/format unknown_word"),
        ] {
            let wrong = auditor.post(&exports, body).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
        // The widest period, one of the past and one of the future are all provable.
        for (from, to) in [
            ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
            ("2020-01-01T00:00:00+01:00", "2020-01-02T00:00:00+01:00"),
        ] {
            let mut body = with("from", json!(from));
            body["to"] = json!(to);
            let agency = house.agency_of(SCHOOL);
            let ndjson = exports::exported(house, "revisor-skola", agency, body).await;
            verify(ndjson.body.as_slice(), None)
                .unwrap_or_else(|finding| panic!("{from}: {finding}"));
        }
    });
}

#[test]
fn no_cell_of_a_table_begins_a_formula() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let mut body = share(house, SOCIAL, "CHILD_H");
        body["reason"] = json!("@SUM(1+1)*cmd|' /C calc'!A0");
        let publications = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publications, body).await.must(201);
        let mut body = export(house, "csv");
        body["purpose"] = json!("=1+1");
        let path = format!("{}/exports", path(house, BUP));
        let csv = exports::exported(house, "revisor-bup", house.agency_of(BUP), body).await;
        let kind = csv.header("content-type").unwrap_or_default();
        assert_eq!(kind, "text/csv; charset=utf-8");
        let mut reader = csv::Reader::from_reader(csv.body.as_slice());
        let columns = reader.headers().expect("a header").clone();
        let column = |name: &str| columns.iter().position(|known| known == name).expect("a column");
        let (purpose, reason) = (column("purpose"), column("reason"));
        let rows: Vec<csv::StringRecord> =
            reader.records().collect::<Result<_, _>>().expect("rows of one length");
        assert!(rows.iter().any(|row| &row[purpose] == "'=1+1"), "{}", csv.text());
        assert!(rows.iter().any(|row| row[reason].starts_with("'@SUM")), "{}", csv.text());
        for cell in rows.iter().flat_map(csv::StringRecord::iter) {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
        // The same purpose in the other format is what it is.
        let ndjson = exported(house, "revisor-bup", BUP, "ndjson").await.text();
        assert!(ndjson.contains("\"=1+1\""));
        house.as_("revisor-social").post(&path, export(house, "csv")).await.must(403);
    });
}
