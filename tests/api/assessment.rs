//! Wheels, triangles, resilience matrices, analyses: how each is written, read, and compared. And how
//! far the work around the child has come.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BUP, NOTHING, SCHOOL, TEAM, binding_consent, each, faults, joint_case, kind, rules, share,
};
use crate::support::each_backend;
use crate::support::house::{Answer, House, on_each_backend};

/// An item of `unit` with this content.
pub fn item_with(house: &House, unit: &str, category: &str, content: Value) -> Value {
    json!({
        "unit": house.unit(unit),
        "category": category,
        "title": "En del av helheten",
        "content": content,
    })
}

/// A wheel of today.
fn wheel(house: &House, by: &str, scores: &[(&str, i64)]) -> Value {
    let score =
        |(indicator, score): &(&str, i64)| json!({ "indicator": indicator, "score": score });
    let scores: Vec<Value> = scores.iter().map(score).collect();
    json!({ "wellbeing_wheel": { "on": house.today(), "by": by, "scores": scores } })
}

fn nothing_known() -> Value {
    json!({ "entries": [], "nothing_known": ["strength", "challenge"] })
}

fn triangle() -> Value {
    json!({ "my_world_triangle": {
        "grow_develop": {
            "entries": [
                { "key": "being_healthy", "pole": "challenge", "text": "Sover dåligt." },
                { "key": "confidence_who_i_am", "pole": "strength", "text": "Säger vad hen vill." },
            ],
            "nothing_known": [],
        },
        "need_from_carers": {
            "entries": [{ "key": "everyday_care", "pole": "strength", "text": "Frukost varje dag." }],
            "nothing_known": ["challenge"],
        },
        "wider_world": nothing_known(),
    } })
}

fn resilience() -> Value {
    json!({ "resilience_matrix": { "factors": [
        {
            "text": "Hittar egna lösningar.",
            "axis": "intrinsic",
            "pole": "resilience",
            "source": "learning_responsible",
        },
        {
            "text": "Lång väg till skolan.",
            "axis": "extrinsic",
            "pole": "adversity",
            "source": "local_resources",
        },
    ] } })
}

fn analysis() -> Value {
    json!({ "analysis": {
        "summary": "Sömnen styr dagen.",
        "conclusions": "Skoldagen behöver börja senare.",
        "recommendations": "Pröva i en månad.",
        "disagreements": [{ "by": "guardian", "text": "Sömnen är inte det viktigaste." }],
        "support_level": "targeted",
    } })
}

/// What the child says at a stage.
pub fn voice(house: &House, stage: &str) -> Value {
    json!({ "child_voice": {
        "stage": stage,
        "on": house.today(),
        "words": "Jag vill börja när det är ljust.",
        "asked_by": "Kuratorn",
        "how": "drawing",
        "interpreter": false,
    } })
}

fn unheard(house: &House, stage: &str) -> Value {
    json!({ "child_voice": {
        "stage": stage,
        "on": house.today(),
        "interpreter": false,
        "missing_because": "Barnet är sjukt och vill vänta.",
    } })
}

fn event(house: &House) -> Value {
    json!({ "significant_event": {
        "from": house.today() - chrono::Days::new(40),
        "event": "Kom inte till skolan på fyra veckor.",
        "source": { "who": "Rektorn", "service": "Skolan" },
        "impact": "negative",
        "no_action_because": "Skolan trodde att barnet var sjukt.",
    } })
}

async fn write(house: &House, case: Uuid, who: &str, body: Value) -> Answer {
    house.as_(who).post(&format!("/v1/cases/{case}/items"), body).await
}

#[test]
fn every_part_is_read_back_as_it_was_written_and_seen_by_its_own_unit_alone() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let scores = [("safe", 3), ("achieving", 7), ("included", 10)];
        for (kind, category, content) in [
            ("wellbeing_wheel", "MED", wheel(house, "professional", &scores)),
            ("wellbeing_wheel", "VOICE", wheel(house, "child", &scores)),
            ("my_world_triangle", "MED", triangle()),
            ("resilience_matrix", "MED", resilience()),
            ("analysis", "MED", analysis()),
            ("child_voice", "VOICE", voice(house, "assessed")),
            ("child_voice", "VOICE", unheard(house, "planned")),
            ("significant_event", "CHRONO", event(house)),
        ] {
            let body = item_with(house, BUP, category, content.clone());
            let written = write(house, case, "bup", body).await.must(201);
            let read = house.as_("bup").get(&format!("/v1/items/{}", written.id())).await.must(200);
            assert_eq!(read.json(), written.json());
            let read = read.json();
            assert_eq!((&read["kind"], &read["content"]), (&json!(kind), &content));
            assert_eq!((&read["body"], &read["not_for_guardian"]), (&json!(""), &json!(false)));
            for who in ["kurator", "socialsekreterare", "teamet", "vardnadshavare-1", "barn-a"] {
                house.as_(who).get(&format!("/v1/items/{}", written.id())).await.must(404);
            }
        }
        // A plain item says that it is one.
        let note = super::item_of(house, BUP, "MED");
        let note = write(house, case, "bup", note).await.must(201).json();
        assert_eq!((&note["kind"], &note["content"]), (&json!("note"), &json!(null)));
    });
}

#[test]
fn what_is_wrong_with_a_part_is_told_where_it_stands() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let changed = |mut content: Value, at: &str, value: Value| {
            *content.pointer_mut(at).expect("a part") = value;
            content
        };
        let without = |mut content: Value, at: &str, name: &str| {
            let part = content.pointer_mut(at).and_then(Value::as_object_mut).expect("a part");
            part.remove(name).expect("something to take out");
            content
        };
        let with = |mut content: Value, at: &str, name: &str, value: Value| {
            content.pointer_mut(at).expect("a part")[name] = value;
            content
        };
        let ahead = house.today() + chrono::Days::new(1);
        let one = || wheel(house, "professional", &[("safe", 3), ("healthy", 4)]);
        let (of_wheel, of_triangle) = ("/wellbeing_wheel", "/my_world_triangle");
        let (of_voice, of_event) = ("/child_voice", "/significant_event");
        for (category, content, expected) in [
            (
                "MED",
                changed(one(), "/wellbeing_wheel/scores/1/score", json!(11)),
                "/content/wellbeing_wheel/scores/1/score number_out_of_range",
            ),
            (
                "MED",
                changed(one(), "/wellbeing_wheel/scores/0/score", json!(0)),
                "/content/wellbeing_wheel/scores/0/score number_out_of_range",
            ),
            (
                "MED",
                changed(one(), "/wellbeing_wheel/scores/1/indicator", json!("trygghet")),
                "/content/wellbeing_wheel/scores/1/indicator unknown_word",
            ),
            (
                "MED",
                changed(one(), "/wellbeing_wheel/scores/1/indicator", json!("safe")),
                "/content/wellbeing_wheel/scores/1/indicator repeated",
            ),
            (
                "MED",
                changed(one(), "/wellbeing_wheel/scores", json!([])),
                "/content/wellbeing_wheel/scores too_few",
            ),
            (
                "MED",
                changed(one(), "/wellbeing_wheel/on", json!(ahead)),
                "/content/wellbeing_wheel/on in_the_future",
            ),
            (
                "MED",
                with(one(), of_wheel, "total", json!(7)),
                "/content/wellbeing_wheel/total unknown_field",
            ),
            ("VOICE", one(), "/category not_for_this_kind"),
            ("MED", wheel(house, "child", &[("safe", 1)]), "/category not_for_this_kind"),
            (
                "MED",
                without(triangle(), of_triangle, "wider_world"),
                "/content/my_world_triangle/wider_world missing",
            ),
            (
                "MED",
                changed(triangle(), "/my_world_triangle/wider_world/nothing_known", json!([])),
                "/content/my_world_triangle/wider_world not_considered",
            ),
            (
                "MED",
                changed(
                    triangle(),
                    "/my_world_triangle/grow_develop/entries/0/key",
                    json!("school"),
                ),
                "/content/my_world_triangle/grow_develop/entries/0/key not_of_this_side",
            ),
            (
                "MED",
                changed(
                    triangle(),
                    "/my_world_triangle/grow_develop/nothing_known",
                    json!(["challenge"]),
                ),
                "/content/my_world_triangle/grow_develop/nothing_known/0 known_after_all",
            ),
            (
                "MED",
                with(resilience(), "/resilience_matrix", "score", json!(3)),
                "/content/resilience_matrix/score unknown_field",
            ),
            (
                "MED",
                with(resilience(), "/resilience_matrix/factors/0", "score", json!(3)),
                "/content/resilience_matrix/factors/0/score unknown_field",
            ),
            (
                "MED",
                changed(resilience(), "/resilience_matrix/factors/0/pole", json!("adversity")),
                "/content/resilience_matrix/factors/0/pole not_on_this_axis",
            ),
            (
                "MED",
                changed(resilience(), "/resilience_matrix/factors", json!([])),
                "/content/resilience_matrix/factors too_few",
            ),
            (
                "MED",
                changed(analysis(), "/analysis/support_level", json!("N2")),
                "/content/analysis/support_level unknown_word",
            ),
            (
                "MED",
                changed(analysis(), "/analysis/disagreements/0/text", json!(" ")),
                "/content/analysis/disagreements/0/text empty",
            ),
            (
                "VOICE",
                without(voice(house, "assessed"), of_voice, "asked_by"),
                "/content/child_voice/asked_by missing",
            ),
            (
                "VOICE",
                without(voice(house, "assessed"), of_voice, "how"),
                "/content/child_voice/how missing",
            ),
            (
                "VOICE",
                without(voice(house, "assessed"), of_voice, "words"),
                "/content/child_voice one_of_two",
            ),
            ("VOICE", voice(house, "somewhere"), "/content/child_voice/stage unknown_word"),
            ("SCHOOL", voice(house, "assessed"), "/category not_for_this_kind"),
            (
                "CHRONO",
                without(event(house), of_event, "no_action_because"),
                "/content/significant_event/action_taken one_of_two",
            ),
            (
                "CHRONO",
                with(event(house), of_event, "on", json!(house.today())),
                "/content/significant_event/on one_of_two",
            ),
            (
                "CHRONO",
                with(event(house), of_event, "to", json!("2001-01-01")),
                "/content/significant_event/to ends_before_it_begins",
            ),
            (
                "CHRONO",
                with(event(house), of_event, "to", json!(ahead)),
                "/content/significant_event in_the_future",
            ),
            ("SOC", event(house), "/category not_for_this_kind"),
        ] {
            let body = item_with(house, BUP, category, content);
            let wrong = write(house, case, "bup", body).await.must(422);
            assert_eq!(faults(&wrong), [expected]);
        }
        // Without content an item says something in its body; the mark is for the child's words.
        let mut bare = item_with(house, BUP, "MED", Value::Null);
        let wrong = write(house, case, "bup", bare.clone()).await.must(422);
        assert_eq!(faults(&wrong), ["/body missing"]);
        bare["body"] = json!("Text.");
        bare["not_for_guardian"] = json!(true);
        let wrong = write(house, case, "bup", bare).await.must(422);
        assert_eq!(faults(&wrong), ["/not_for_guardian for_the_childs_voice"]);
    });
}

#[test]
fn wheels_are_compared_as_far_as_both_may_be_read() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        binding_consent(house, case).await;
        let mut wheels = Vec::new();
        for (who, unit, category, by, scores) in [
            ("bup", BUP, "MED", "professional", [("safe", 3), ("healthy", 8)]),
            ("kurator", SCHOOL, "SCHOOL", "professional", [("safe", 6), ("healthy", 2)]),
            ("kurator", SCHOOL, "VOICE", "child", [("safe", 9), ("active", 1)]),
            ("bup", BUP, "VOICE", "child", [("safe", 5), ("active", 4)]),
            ("bup", BUP, "MED", "professional", [("safe", 4), ("active", 1)]),
        ] {
            let body = item_with(house, unit, category, wheel(house, by, &scores));
            wheels.push(write(house, case, who, body).await.must(201).id());
        }
        let path = format!("/v1/cases/{case}/wheels");
        let since = |answer: &Answer| -> Vec<Value> {
            let rows = answer.json();
            rows.as_array().expect("a list").iter().map(|row| row["since"].clone()).collect()
        };
        let seen = |items: &[Uuid]| items.iter().map(Uuid::to_string).collect::<Vec<_>>();
        let change = |before: Uuid, by: i64| json!({ "before": before, "changes": [{ "indicator": "safe", "by": by }] });
        // BUP reads its own: the child's it wrote down, and its own two, the later beside the first.
        let own = house.as_("bup").get(&path).await.must(200);
        assert_eq!(each(&own, "item"), seen(&[wheels[0], wheels[3], wheels[4]]));
        assert_eq!(since(&own), [json!(null), json!(null), change(wheels[0], 1)]);
        assert_eq!(own.json()[0]["scores"][1], json!({ "indicator": "healthy", "score": 8 }));
        let school = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(each(&school, "item"), seen(&[wheels[1], wheels[2]]));
        assert_eq!(
            each(&house.as_("socialsekreterare").get(&path).await.must(200), "item"),
            [""; 0]
        );

        // The second of BUP's is shown to the school; the first is not, so that nothing tells of it.
        let publish = async |item: Uuid| {
            let to = share(house, SCHOOL, "CONSENT");
            house.as_("bup").post(&format!("/v1/items/{item}/publications"), to).await.must(201);
        };
        publish(wheels[4]).await;
        let school = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(each(&school, "item"), seen(&[wheels[1], wheels[2], wheels[4]]));
        assert_eq!(since(&school), [json!(null), json!(null), json!(null)]);
        publish(wheels[0]).await;
        let school = house.as_("kurator").get(&path).await.must(200);
        assert_eq!(since(&school)[3], change(wheels[0], 1));

        // Page by page it says the same, and the entry has each wheel that was shown or compared.
        let mut paged = Vec::new();
        let mut next = Some(format!("{path}?limit=1"));
        while let Some(path) = next {
            let newest = house.database().newest_entry();
            let page = house.as_("kurator").get(&path).await.must(200);
            let entries = house.database().entries_after(newest);
            let rows = page.json().as_array().cloned().expect("a list");
            let mut told: Vec<Uuid> = entries[0].recorded("Item");
            told.sort_unstable();
            let mut shown: Vec<Uuid> = rows
                .iter()
                .flat_map(|row| [row["item"].clone(), row["since"]["before"].clone()])
                .filter_map(|id| id.as_str().and_then(|id| id.parse().ok()))
                .collect();
            shown.sort_unstable();
            assert_eq!(told, shown);
            paged.extend(rows);
            next = page.header("link").map(|link| {
                link.trim_start_matches('<').split('>').next().expect("an address").to_owned()
            });
        }
        assert_eq!(json!(paged), school.json());
        house.as_("polis").get(&path).await.must(404);
        house.as_("vardnadshavare-1").get(&path).await.must(404);
    });
}

#[test]
fn a_wheel_is_written_in_the_words_of_its_region_and_kept_in_girfecs() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let clock =
                samsyn::clock::Clock::still("2026-11-23T08:00:00Z".parse().expect("a time"));
            let house = House::open_at(database, clock, |settings| {
                settings.indicators.set = "behovskompassen".to_owned();
            })
            .await;
            let sets = house.as_("bup").get("/v1/indicators").await.must(200).json();
            assert_eq!(sets.as_array().map(Vec::len), Some(1));
            assert_eq!(sets[0]["set"], "behovskompassen");
            let labels = sets[0]["indicators"].as_array().cloned().expect("labels");
            assert_eq!(labels.len(), 8);
            let safe = json!({
                "indicator": "safe", "key": "trygghet", "sv": "Trygghet", "en": "Safety",
            });
            assert!(labels.contains(&safe), "{labels:?}");

            let case = joint_case(&house).await;
            let scores = [("trygghet", 2), ("ta_ansvar", 5), ("healthy", 9)];
            let body = item_with(&house, BUP, "MED", wheel(&house, "professional", &scores));
            let written = write(&house, case, "bup", body).await.must(201).json();
            let scores = &written["content"]["wellbeing_wheel"]["scores"];
            let kept = ["safe", "healthy", "responsible"];
            assert_eq!(scores.as_array().map(Vec::len), Some(3));
            for (score, indicator) in scores.as_array().into_iter().flatten().zip(kept) {
                assert_eq!(score["indicator"], indicator);
            }
            let twice = wheel(&house, "professional", &[("trygghet", 2), ("safe", 5)]);
            let wrong = write(&house, case, "bup", item_with(&house, BUP, "MED", twice)).await;
            let expected = ["/content/wellbeing_wheel/scores/1/indicator repeated"];
            assert_eq!(faults(&wrong.must(422)), expected);
            house.close().await;
        });
    });
}

#[test]
fn the_work_comes_on_stage_by_stage_and_never_past_the_child() {
    on_each_backend(async |house| {
        let case = joint_case(house).await;
        let path = format!("/v1/cases/{case}/practice");
        let steps = format!("{path}/steps");
        let begun = house.as_("bup").get(&path).await.must(200);
        assert_eq!(begun.json()["stage"], "observed");
        assert_eq!(begun.json()["next"], json!(["assessed"]));
        assert_eq!((begun.json()["steps"].clone(), begun.etag()), (json!([]), "\"v1\""));
        let refused = house.as_("polis").get(&path).await.must(403);
        assert_eq!(rules(&refused), ["D10b"]);
        house.as_("vardnadshavare-1").get(&path).await.must(404);

        let heard = async |stage: &str, unit: &str, who: &str| {
            let body = item_with(house, unit, "VOICE", voice(house, stage));
            write(house, case, who, body).await.must(201).id()
        };
        let step = |to: &str, voice: Uuid| json!({ "to": to, "child_voice": voice });
        let team = house.as_("teamet");
        let assessed = heard("assessed", TEAM, "teamet").await;
        // Not without the version, not by another unit, not past a stage.
        let blind = team.post(&steps, step("assessed", assessed)).await.must(428);
        assert_eq!(kind(&blind), "version-required");
        let refused =
            house.as_("bup").post_seen(&steps, step("assessed", assessed), "\"v1\"").await;
        assert!(rules(&refused.must(403)).contains(&"O10".to_owned()));
        for to in ["observed", "planned", "active", "closed"] {
            let ahead = team.post_seen(&steps, step(to, assessed), "\"v1\"").await.must(409);
            assert_eq!(kind(&ahead), "not-now", "{to}");
        }
        // The child is heard at this very stage, in words that one may read; or it says why not.
        let analysed = heard("analysed", TEAM, "teamet").await;
        let of_another = heard("assessed", BUP, "bup").await;
        let note = super::item_of(house, TEAM, "VOICE");
        let note = write(house, case, "teamet", note).await.must(201).id();
        let elsewhere = joint_case(house).await;
        let body = item_with(house, TEAM, "VOICE", voice(house, "assessed"));
        let elsewhere = write(house, elsewhere, "teamet", body).await.must(201).id();
        for (voice, reason) in [
            (analysed, "of_another_stage"),
            (of_another, "not_a_child_voice"),
            (note, "not_a_child_voice"),
            (elsewhere, "not_a_child_voice"),
            (NOTHING.parse().expect("an id"), "not_a_child_voice"),
        ] {
            let wrong = team.post_seen(&steps, step("assessed", voice), "\"v1\"").await.must(422);
            assert_eq!(faults(&wrong), [format!("/child_voice {reason}")]);
        }
        let taken = team.post_seen(&steps, step("assessed", assessed), "\"v1\"").await.must(200);
        assert_eq!((taken.json()["stage"].clone(), taken.etag()), (json!("assessed"), "\"v2\""));
        assert_eq!(taken.json()["next"], json!(["analysed", "planned"]));
        let late = team.post_seen(&steps, step("analysed", analysed), "\"v1\"").await.must(412);
        assert_eq!(kind(&late), "changed");

        // Analysis is left out. The child was not asked, and it says why.
        let body = item_with(house, TEAM, "VOICE", unheard(house, "planned"));
        let planned = write(house, case, "teamet", body).await.must(201).id();
        team.post_seen(&steps, step("planned", planned), "\"v2\"").await.must(200);
        for (to, seen) in
            [("active", 3), ("reviewed", 4), ("active", 5), ("reviewed", 6), ("closed", 7)]
        {
            let voice = heard(to, TEAM, "teamet").await;
            team.post_seen(&steps, step(to, voice), &format!("\"v{seen}\"")).await.must(200);
        }
        let over = house.as_("bup").get(&path).await.must(200).json();
        assert_eq!((&over["stage"], &over["next"]), (&json!("closed"), &json!([])));
        let heard: Vec<(String, String)> = over["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| (step["stage"].to_string(), step["child_heard"].to_string()))
            .collect();
        assert_eq!(heard.len(), 7);
        assert_eq!(heard[1], ("\"planned\"".to_owned(), "\"missing\"".to_owned()));
        assert_eq!(heard[2], ("\"active\"".to_owned(), "\"words\"".to_owned()));
        assert!(!over.to_string().contains("ljust"), "what the child said stays in its item");
    });
}
