//! `/v1/logs/{agency}/exports`

use chrono::TimeDelta;
use reqwest::Method;
use samsyn::ledger::{VerifierKey, verify, verify_manifest};
use serde_json::{Value, json};

use super::{BUP, NOTHING, SCHOOL, SOCIAL, faults, joint_case, medical_item, rules, share};
use crate::support::exports::{begun, ended};
use crate::support::house::{Caller, House, on_each_backend};

fn period(house: &House, format: &str) -> Value {
    let now = house.clock().now();
    json!({
        "from": now - TimeDelta::days(1),
        "to": now + TimeDelta::days(1),
        "purpose": "Loggranskning.",
        "format": format,
    })
}

async fn get_part(caller: &Caller, path: &str, range: &str) -> (u16, Vec<u8>, Option<String>) {
    let answer = caller.send(Method::GET, path, None, &[("range", range)]).await;
    let told = answer.header("content-range").map(str::to_owned);
    (answer.status, answer.body, told)
}

#[test]
fn an_auditor_exports_downloads_in_two_pieces_and_verifies_file_and_manifest() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        let publications = format!("/v1/items/{item}/publications");
        house.as_("bup").post(&publications, share(house, SOCIAL, "CHILD_H")).await.must(201);
        house.as_("socialsekreterare").get(&format!("/v1/items/{item}")).await.must(200);
        let (agency, auditor) = (house.agency_of(BUP), house.as_("revisor-bup"));
        let state = auditor.get(&format!("/v1/logs/{agency}")).await.must(200).json();
        let key: VerifierKey = state["key"].as_str().expect("a key").parse().expect("a key");
        for format in ["ndjson", "csv", "fhir", "inera"] {
            let path = begun(&auditor, agency, period(house, format)).await;
            let export = ended(&auditor, &path).await;
            assert_eq!(export["state"], "ready", "{export}");
            assert_eq!(export["done"], export["total"]);
            let length = export["bytes"].as_u64().expect("a length");
            let file = format!("{path}/file");
            let half = length / 2;
            let (status, mut whole, told) =
                get_part(&auditor, &file, &format!("bytes=0-{}", half - 1)).await;
            assert_eq!(status, 206);
            assert_eq!(told, Some(format!("bytes 0-{}/{length}", half - 1)));
            let (status, rest, _) = get_part(&auditor, &file, &format!("bytes={half}-")).await;
            assert_eq!(status, 206);
            whole.extend(rest);
            let at_once = auditor.get(&file).await.must(200);
            assert_eq!(at_once.body, whole, "{format}");
            assert_eq!(at_once.header("content-length"), Some(length.to_string().as_str()));
            let past = get_part(&auditor, &file, &format!("bytes={length}-")).await;
            assert_eq!(past.0, 416);

            let note = auditor.get(&format!("{path}/manifest")).await.must(200).text();
            let told = verify_manifest(&note, Some(&key), whole.as_slice()).expect("a proof");
            assert_eq!(told.format(), format);
            assert!(note.contains("\"text\":"), "the rules' texts are in it");
            assert!(verify_manifest(&note, Some(&key), &whole[1..]).is_err());
            let text = String::from_utf8(whole.clone()).expect("text");
            for word in ["Sömn och skoldag", "Barn A", "200302022389", "börja senare"] {
                assert!(!text.contains(word), "{word} in {format}");
            }
            if format == "ndjson" {
                let report = verify(whole.as_slice(), Some(&key)).expect("a whole export");
                assert!(told.agrees_with(report.end - report.first).is_ok());
                assert!(text.contains("ExportLog"), "asking for it stands in it");
            }
        }
        // Each fetch is an entry, with the export's id and not its content.
        let newest = house.database().newest_entry();
        let list = auditor.get(&format!("/v1/logs/{agency}/exports")).await.must(200).json();
        let ids: Vec<&Value> =
            list.as_array().expect("a list").iter().map(|it| &it["id"]).collect();
        assert_eq!(ids.len(), 4);
        let path = format!("/v1/logs/{agency}/exports/{}", ids[0].as_str().expect("an id"));
        auditor.get(&format!("{path}/file")).await.must(200);
        let entries = house.database().entries_after(newest);
        let fetched = entries.iter().find(|entry| entry.header.act == "FetchLogExport");
        let resource = fetched.and_then(|entry| entry.header.resource.clone()).expect("a target");
        assert_eq!((resource.kind.as_str(), json!(resource.id)), ("LogExport", ids[0].clone()));
    });
}

#[test]
fn an_extract_about_one_child_shows_no_other() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let item = medical_item(house, case).await;
        house.as_("bup").get(&format!("/v1/items/{item}")).await.must(200);
        house.as_("bup").get("/v1/units").await.must(200);
        let (agency, auditor) = (house.agency_of(BUP), house.as_("revisor-bup"));
        for format in ["csv", "fhir", "inera"] {
            let mut body = period(house, format);
            body["child"] = json!(house.person("Barn A"));
            body["matter"] = json!("2026-17");
            let path = begun(&auditor, agency, body.clone()).await;
            assert_eq!(ended(&auditor, &path).await["state"], "ready");
            let file = auditor.get(&format!("{path}/file")).await.must(200).text();
            assert!(file.contains("ReadItem"), "{format}: {file}");
            assert!(!file.contains("ListUnits"), "{format} tells of what is about nobody");
            body["child"] = json!(NOTHING);
            let path = begun(&auditor, agency, body).await;
            assert_eq!(ended(&auditor, &path).await["state"], "ready");
            let file = auditor.get(&format!("{path}/file")).await.must(200).text();
            assert!(!file.contains("ReadItem"), "{format}: {file}");
        }
    });
}

#[test]
fn what_is_wrong_with_an_export_is_told_by_field() {
    on_each_backend(async |house| {
        let exports = format!("/v1/logs/{}/exports", house.agency_of(SCHOOL));
        let child = house.person("Barn A");
        for (terms, expected) in [
            (json!({ "child": child, "format": "csv" }), "/matter missing"),
            (json!({ "matter": "2026-17", "format": "csv" }), "/child missing"),
            (json!({ "child": child, "matter": "2026-17" }), "/format proves_whole_periods"),
            (json!({ "child": "Barn A", "matter": "1", "format": "csv" }), "/child not_an_id"),
            (json!({ "format": "pdf" }), "/format unknown_word"),
        ] {
            let mut body = period(house, "ndjson");
            for (name, value) in terms.as_object().expect("terms") {
                body[name] = value.clone();
            }
            let wrong = house.as_("revisor-skola").post(&exports, body).await.must(422);
            assert_eq!(faults(&wrong), [expected], "{wrong}");
        }
    });
}

#[test]
fn an_export_is_for_its_own_agencys_auditor_alone() {
    on_each_backend(async |house| {
        let (agency, auditor) = (house.agency_of(SCHOOL), house.as_("revisor-skola"));
        let path = begun(&auditor, agency, period(house, "csv")).await;
        ended(&auditor, &path).await;
        let elsewhere = path.replace(&agency.to_string(), &house.agency_of(SOCIAL).to_string());
        for (who, path, status) in [
            ("revisor-social", &path, 403),
            ("revisor-social", &elsewhere, 404),
            ("kurator", &path, 403),
            ("administrator", &path, 403),
        ] {
            let caller = house.as_(who);
            for (method, part) in [
                (Method::GET, ""),
                (Method::GET, "/file"),
                (Method::GET, "/manifest"),
                (Method::DELETE, ""),
            ] {
                let answer = caller.send(method, &format!("{path}{part}"), None, &[]).await;
                assert_eq!(answer.status, status, "{who} {part}: {answer}");
            }
        }
        let refused = house.as_("revisor-bup").get(&path).await.must(403);
        assert!(rules(&refused).contains(&"D22".to_owned()), "{refused}");
        auditor.get(&format!("{path}/file")).await.must(200);
    });
}

#[test]
fn an_export_that_was_called_off_or_removed_is_gone_and_its_row_stays() {
    on_each_backend(async |house| {
        let (agency, auditor) = (house.agency_of(SCHOOL), house.as_("revisor-skola"));
        let path = begun(&auditor, agency, period(house, "csv")).await;
        ended(&auditor, &path).await;
        for _ in 0..2 {
            auditor.send(Method::DELETE, &path, None, &[]).await.must(204);
        }
        let export = auditor.get(&path).await.must(200).json();
        assert_eq!(export["state"], "cancelled");
        for part in ["file", "manifest"] {
            let gone = auditor.get(&format!("{path}/{part}")).await.must(409);
            assert_eq!(gone.json()["reason"], "export_gone", "{gone}");
        }
        auditor.get(&format!("/v1/logs/{agency}/exports/{NOTHING}")).await.must(404);
        // What was kept for long enough expires.
        let path = begun(&auditor, agency, period(house, "csv")).await;
        ended(&auditor, &path).await;
        house.wait(TimeDelta::days(30));
        house.running().store().tidy_exports().await.expect("tidiness");
        let auditor = house.as_("revisor-skola");
        assert_eq!(auditor.get(&path).await.must(200).json()["state"], "expired");
        auditor.get(&format!("{path}/file")).await.must(409);
    });
}

#[test]
fn an_export_begun_again_by_another_server_has_the_same_bytes() {
    on_each_backend(async |house| {
        joint_case(house).await;
        let (agency, auditor) = (house.agency_of(SCHOOL), house.as_("revisor-skola"));
        let path = begun(&auditor, agency, period(house, "ndjson")).await;
        let first = ended(&auditor, &path).await;
        let file = auditor.get(&format!("{path}/file")).await.must(200).body;
        // As a server leaves it that was killed while it wrote: taken, and not ended.
        let id = path.rsplit('/').next().expect("an id").replace('-', "");
        house.database().take_export(&id);
        house.running().store().put_back_exports().await.expect("what is left is taken up again");
        let again = ended(&auditor, &path).await;
        assert_eq!(again["sha256"], first["sha256"], "{again}");
        assert_eq!(auditor.get(&format!("{path}/file")).await.must(200).body, file);
    });
}
