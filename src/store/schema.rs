//! The tables, as the migrations make them.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

use super::sql::{DbJson, DbTime, DbUuid};

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    area (id) {
        id -> DbUuid,
        name -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    agency (id) {
        id -> DbUuid,
        kind -> Text,
        public -> Bool,
        name -> Text,
        mission -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    agency_area (agency_id, area_id) {
        agency_id -> DbUuid,
        area_id -> DbUuid,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    unit (id) {
        id -> DbUuid,
        agency_id -> DbUuid,
        kind -> Text,
        regime -> Text,
        name -> Text,
        mission -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    unit_serves (unit_id, served_id) {
        unit_id -> DbUuid,
        served_id -> DbUuid,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    staff (id) {
        id -> DbUuid,
        agency_id -> DbUuid,
        issuer -> Text,
        subject -> Text,
        name -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    duty (id) {
        id -> DbUuid,
        staff_id -> DbUuid,
        unit_id -> DbUuid,
        role -> Text,
        from_date -> Date,
        to_date -> Nullable<Date>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    person (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        display_name -> Text,
        birth_date -> Nullable<Date>,
        expected_birth -> Nullable<Date>,
        protection -> Text,
        version -> BigInt,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    identity_number (digest) {
        digest -> Binary,
        area_id -> DbUuid,
        person_id -> DbUuid,
        scheme -> Text,
        sealed -> Binary,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    enrolment (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        unit_id -> DbUuid,
        from_date -> Date,
        to_date -> Nullable<Date>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    custody (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        guardian_id -> DbUuid,
        from_date -> Date,
        to_date -> Nullable<Date>,
        kind -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    conflict_of_interest (staff_id, person_id) {
        staff_id -> DbUuid,
        person_id -> DbUuid,
        area_id -> DbUuid,
        kind -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    named_handler (staff_id, person_id) {
        staff_id -> DbUuid,
        person_id -> DbUuid,
        area_id -> DbUuid,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    about (name) {
        name -> Text,
        value -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    referral (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        from_unit_id -> DbUuid,
        to_unit_id -> DbUuid,
        made_by_id -> DbUuid,
        made_at -> DbTime,
        content -> DbJson,
        urgency -> Text,
        state -> Text,
        outcome -> Nullable<DbJson>,
        version -> BigInt,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    concern_report (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        referral_id -> Nullable<DbUuid>,
        from_unit_id -> DbUuid,
        to_unit_id -> DbUuid,
        made_by_id -> DbUuid,
        made_at -> DbTime,
        content -> DbJson,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    case_file (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        referral_id -> DbUuid,
        unit_id -> DbUuid,
        owner_id -> DbUuid,
        first_contact_on -> Date,
        key_question -> Text,
        opened_at -> DbTime,
        version -> BigInt,
        closed_at -> Nullable<DbTime>,
        closed_because -> Nullable<Text>,
        closed_note -> Nullable<Text>,
        closed_by_id -> Nullable<DbUuid>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    party (case_id, unit_id) {
        case_id -> DbUuid,
        unit_id -> DbUuid,
        area_id -> DbUuid,
        standing -> Text,
        invited_at -> DbTime,
        answered_at -> Nullable<DbTime>,
        reason -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    assignment (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        unit_id -> DbUuid,
        staff_id -> DbUuid,
        from_date -> Date,
        to_date -> Nullable<Date>,
        substitute -> Bool,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    consent (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        from_agency_id -> DbUuid,
        to_agency_id -> DbUuid,
        categories -> DbJson,
        purpose -> Text,
        valid_from -> Date,
        valid_to -> Date,
        explained_in -> Text,
        givers -> DbJson,
        asked_by_id -> DbUuid,
        asked_at -> DbTime,
        version -> BigInt,
        kind -> Text,
        explained -> Text,
        with_assessment -> Bool,
        suitable_because -> Nullable<Text>,
        urgent_because -> Nullable<Text>,
        far_reaching -> Bool,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    consent_answer (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        consent_id -> DbUuid,
        giver_id -> DbUuid,
        answer -> Text,
        manner -> Text,
        language -> Text,
        witness -> Nullable<Text>,
        taken_by_id -> Nullable<DbUuid>,
        at -> DbTime,
        evidence -> Nullable<Text>,
        reason -> Nullable<Text>,
        by_id -> Nullable<DbUuid>,
        categories -> Nullable<DbJson>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    item (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        agency_id -> DbUuid,
        unit_id -> DbUuid,
        category -> Text,
        regime -> Text,
        title -> Text,
        body -> Text,
        written_by_id -> DbUuid,
        written_at -> DbTime,
        safety -> Bool,
        confidential -> Bool,
        kind -> Text,
        content -> Nullable<DbJson>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    publication (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        item_id -> DbUuid,
        unit_id -> Nullable<DbUuid>,
        roles -> DbJson,
        legal_ground -> Text,
        reason -> Nullable<Text>,
        consent_id -> Nullable<DbUuid>,
        published_by_id -> DbUuid,
        published_at -> DbTime,
        revoked_at -> Nullable<DbTime>,
        person_id -> Nullable<DbUuid>,
        staff -> DbJson,
        harm_result -> Nullable<Text>,
        harm_official_id -> Nullable<DbUuid>,
        investigation -> Nullable<Text>,
        until -> Nullable<Date>,
        revoked_by_id -> Nullable<DbUuid>,
        revoked_because -> Nullable<Text>,
        missent -> Bool,
        despite_wish -> Nullable<Text>,
        harm_reason -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        unit_id -> DbUuid,
        state -> Text,
        met_on -> Nullable<Date>,
        follow_up_on -> Nullable<Date>,
        responsible_agency_id -> Nullable<DbUuid>,
        child_view -> Nullable<Text>,
        no_child_view_because -> Nullable<Text>,
        begun_by_id -> DbUuid,
        begun_at -> DbTime,
        activated_at -> Nullable<DbTime>,
        version -> BigInt,
        interrupted_from -> Nullable<Text>,
        revision -> Integer,
        crisis -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_need (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        indicator -> Text,
        text -> Text,
        since -> Integer,
        until -> Nullable<Integer>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_goal (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        need_id -> DbUuid,
        horizon -> Text,
        text -> Text,
        since -> Integer,
        until -> Nullable<Integer>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_action (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        goal_id -> DbUuid,
        unit_id -> DbUuid,
        legal_class -> Text,
        text -> Text,
        third_party -> Nullable<Text>,
        due_on -> Date,
        written_by_id -> DbUuid,
        evidence -> Nullable<Text>,
        since -> Integer,
        until -> Nullable<Integer>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_confirmation (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        unit_id -> DbUuid,
        plan_version -> BigInt,
        confirmed_by_id -> DbUuid,
        confirmed_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_revision (plan_id, revision) {
        plan_id -> DbUuid,
        revision -> Integer,
        area_id -> DbUuid,
        met_on -> Nullable<Date>,
        follow_up_on -> Nullable<Date>,
        responsible_agency_id -> Nullable<DbUuid>,
        child_view -> Nullable<Text>,
        no_child_view_because -> Nullable<Text>,
        crisis -> Nullable<Text>,
        activated_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_goal_outcome (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        goal_id -> DbUuid,
        outcome -> Text,
        because -> Nullable<Text>,
        by_id -> DbUuid,
        at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_preparation (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        item -> Text,
        done -> Bool,
        note -> Nullable<Text>,
        by_id -> DbUuid,
        at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    plan_turn (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        plan_id -> DbUuid,
        turn -> Text,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        by_id -> DbUuid,
        at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    meeting (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        plan_id -> DbUuid,
        unit_id -> DbUuid,
        key_question -> Text,
        starts_at -> DbTime,
        minutes -> Integer,
        mode -> Text,
        place -> Text,
        state -> Text,
        because -> Nullable<Text>,
        due_on -> Nullable<Date>,
        called_by_id -> DbUuid,
        called_at -> DbTime,
        sequence -> Integer,
        changed_at -> DbTime,
        held_on -> Nullable<Date>,
        version -> BigInt,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    meeting_invitee (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        meeting_id -> DbUuid,
        unit_id -> Nullable<DbUuid>,
        person_id -> Nullable<DbUuid>,
        reply -> Nullable<Text>,
        reply_reason -> Nullable<Text>,
        proposed_at -> Nullable<DbTime>,
        replied_at -> Nullable<DbTime>,
        replied_by_staff_id -> Nullable<DbUuid>,
        replied_by_person_id -> Nullable<DbUuid>,
        attended -> Nullable<Bool>,
        deviation -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    meeting_evaluation (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        meeting_id -> DbUuid,
        person_id -> DbUuid,
        heard -> Text,
        knows_who_does_what -> Text,
        helps -> Text,
        words -> Nullable<Text>,
        taken_by_id -> Nullable<DbUuid>,
        at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    first_answer (caller_id, key) {
        caller_id -> DbUuid,
        key -> Text,
        digest -> Binary,
        status -> Integer,
        headers -> Text,
        body -> Binary,
        at -> DbTime,
        child_id -> Nullable<DbUuid>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_entry (seq) {
        seq -> BigInt,
        id -> DbUuid,
        at -> DbTime,
        header -> Binary,
        records -> Binary,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_pending (agency_id, seq) {
        agency_id -> DbUuid,
        seq -> BigInt,
        header_hash -> Nullable<Binary>,
        open -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_leaf (agency_id, position) {
        agency_id -> DbUuid,
        position -> BigInt,
        seq -> BigInt,
        time -> DbTime,
        leaf -> Binary,
        hash -> Binary,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_node (agency_id, tier, position) {
        agency_id -> DbUuid,
        tier -> Integer,
        position -> BigInt,
        hash -> Binary,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_checkpoint (agency_id, size, at) {
        agency_id -> DbUuid,
        size -> BigInt,
        at -> DbTime,
        frontier -> Binary,
        note -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_about (agency_id, kind, subject_id, position) {
        agency_id -> DbUuid,
        kind -> Integer,
        subject_id -> DbUuid,
        position -> BigInt,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_key (agency_id, number) {
        agency_id -> DbUuid,
        number -> Integer,
        verifier_key -> Text,
        since -> DbTime,
        succession -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_indexed (agency_id) {
        agency_id -> DbUuid,
        upto -> BigInt,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_cosignature (agency_id, size, at, witness) {
        agency_id -> DbUuid,
        size -> BigInt,
        at -> DbTime,
        witness -> Text,
        line -> Text,
        cosigned_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    receipt_key (id) {
        id -> Text,
        vouched -> Text,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    log_export (id) {
        id -> DbUuid,
        agency_id -> DbUuid,
        at -> DbTime,
        by_id -> DbUuid,
        by_name -> Nullable<Text>,
        purpose -> Text,
        format -> Text,
        from_at -> DbTime,
        to_at -> DbTime,
        child_id -> Nullable<DbUuid>,
        matter -> Nullable<Text>,
        state -> Text,
        holder_id -> Nullable<DbUuid>,
        pinned -> Nullable<Binary>,
        size -> Nullable<BigInt>,
        attempts -> Integer,
        done -> BigInt,
        total -> Nullable<BigInt>,
        bytes -> Nullable<BigInt>,
        sha256 -> Nullable<Text>,
        manifest -> Nullable<Text>,
        problem -> Nullable<Text>,
        ended_at -> Nullable<DbTime>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    maturity_assessment (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        case_id -> DbUuid,
        matter -> Text,
        mature -> Bool,
        reason -> Text,
        assessed_by_id -> DbUuid,
        assessed_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    power (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        child_id -> DbUuid,
        holder_id -> DbUuid,
        for_id -> DbUuid,
        from_date -> Date,
        to_date -> Date,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    guardian_bar (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        guardian_id -> DbUuid,
        item_id -> Nullable<DbUuid>,
        reason -> Text,
        decided_by_id -> Nullable<DbUuid>,
        decided_at -> DbTime,
        ended_at -> Nullable<DbTime>,
        ended_because -> Nullable<Text>,
        ended_by_id -> Nullable<DbUuid>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    item_addendum (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        item_id -> DbUuid,
        body -> Text,
        written_by_id -> DbUuid,
        written_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    item_block (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        item_id -> DbUuid,
        blocked_by_id -> DbUuid,
        recorded_by_id -> DbUuid,
        blocked_at -> DbTime,
        lifted_at -> Nullable<DbTime>,
        lifted_ground -> Nullable<Text>,
        lifted_because -> Nullable<Text>,
        lifted_by_id -> Nullable<DbUuid>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    opened (publication_id, entry_id) {
        publication_id -> DbUuid,
        entry_id -> DbUuid,
        area_id -> DbUuid,
        reader_id -> DbUuid,
        at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    voice_mark (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        item_id -> DbUuid,
        marked_by_id -> Nullable<DbUuid>,
        marked_at -> DbTime,
        ended_by_id -> Nullable<DbUuid>,
        ended_at -> Nullable<DbTime>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    event_choice (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        item_id -> DbUuid,
        chosen_by_id -> DbUuid,
        chosen_at -> DbTime,
        withdrawn_by_id -> Nullable<DbUuid>,
        withdrawn_at -> Nullable<DbTime>,
        withdrawn_because -> Nullable<Text>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    practice_step (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        number -> BigInt,
        stage -> Text,
        heard -> Text,
        voice_item_id -> DbUuid,
        taken_by_id -> DbUuid,
        taken_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    information_request (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        from_unit_id -> DbUuid,
        to_unit_id -> DbUuid,
        investigation -> Text,
        asked -> Text,
        asked_by_id -> DbUuid,
        asked_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    break_glass (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        case_id -> DbUuid,
        child_id -> DbUuid,
        staff_id -> DbUuid,
        agency_id -> DbUuid,
        unit_id -> DbUuid,
        legal_ground -> Text,
        reason -> Text,
        opened_at -> DbTime,
        until -> DbTime,
        review_before -> DbTime,
    }
}

table! {
    use super::{DbTime, DbUuid};
    use diesel::sql_types::{Nullable, Text};

    break_glass_review (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        opening_id -> DbUuid,
        finding -> Text,
        reason -> Text,
        measure -> Nullable<Text>,
        reviewed_by_id -> DbUuid,
        reviewed_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    notice (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        unit_id -> DbUuid,
        child_id -> DbUuid,
        case_id -> DbUuid,
        kind -> Text,
        resource_kind -> Text,
        resource_id -> DbUuid,
        at -> DbTime,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::store::sql::*;

    policy_text (digest) {
        digest -> Text,
        at -> DbTime,
        text -> Text,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::store::sql::*;

    migration_entry (version) {
        version -> Text,
        entry_id -> DbUuid,
    }
}

table! {
    use diesel::sql_types::*;
    use crate::store::sql::*;

    service_event (id) {
        id -> DbUuid,
        at -> DbTime,
        kind -> Text,
        run_id -> DbUuid,
        policy -> Text,
        settings -> Text,
    }
}

table! {
    use super::{DbTime, DbUuid};
    use diesel::sql_types::{Date, Nullable, Text};

    access_extract (id) {
        id -> DbUuid,
        area_id -> DbUuid,
        agency_id -> DbUuid,
        child_id -> DbUuid,
        asker_id -> DbUuid,
        from_time -> DbTime,
        to_time -> DbTime,
        language -> Text,
        recorded_by_id -> Nullable<DbUuid>,
        checked -> Nullable<Text>,
        asked_at -> DbTime,
        due -> Date,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Bool, Text};

    access_extract_decision (extract_id) {
        extract_id -> DbUuid,
        area_id -> DbUuid,
        released -> Bool,
        reason -> Text,
        size -> BigInt,
        checkpoint -> Text,
        rows -> DbJson,
        decided_by_id -> DbUuid,
        decided_at -> DbTime,
    }
}

table! {
    use super::{DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Nullable, Text};

    log_review (id) {
        id -> DbUuid,
        agency_id -> DbUuid,
        name -> Text,
        reason -> Text,
        matter -> Nullable<Text>,
        from_at -> DbTime,
        to_at -> DbTime,
        first_leaf -> BigInt,
        end_leaf -> BigInt,
        size -> BigInt,
        checkpoint -> Text,
        terms -> Text,
        drawn_by_id -> DbUuid,
        drawn_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbUuid};
    use diesel::sql_types::{BigInt, Text};

    log_review_rule (review_id, rule) {
        review_id -> DbUuid,
        rule -> Text,
        candidates -> BigInt,
        drawn -> BigInt,
        places -> DbJson,
    }
}

table! {
    use super::{DbJson, DbUuid};
    use diesel::sql_types::{BigInt, Nullable};

    log_review_entry (review_id, entry_id) {
        review_id -> DbUuid,
        entry_id -> DbUuid,
        leaf -> BigInt,
        rules -> DbJson,
        actor_id -> Nullable<DbUuid>,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::Text;

    log_finding (id) {
        id -> DbUuid,
        review_id -> DbUuid,
        entry_id -> DbUuid,
        finding -> Text,
        note -> Text,
        measures -> DbJson,
        found_by_id -> DbUuid,
        found_at -> DbTime,
    }
}

table! {
    use super::{DbTime, DbUuid};
    use diesel::sql_types::{Nullable, Text};

    log_review_end (review_id) {
        review_id -> DbUuid,
        note -> Nullable<Text>,
        closed_by_id -> DbUuid,
        closed_at -> DbTime,
    }
}

table! {
    use super::{DbJson, DbTime, DbUuid};
    use diesel::sql_types::{BigInt, Binary, Bool, Date, Integer, Nullable, Text};

    ledger_disposal (agency_id, end_position) {
        agency_id -> DbUuid,
        first_position -> BigInt,
        end_position -> BigInt,
        id -> DbUuid,
        at -> DbTime,
        before -> DbTime,
        years -> Integer,
        reason -> Text,
    }
}

joinable!(unit -> agency (agency_id));
joinable!(duty -> unit (unit_id));
joinable!(duty -> staff (staff_id));
joinable!(case_file -> person (child_id));
joinable!(party -> unit (unit_id));
joinable!(party -> case_file (case_id));
joinable!(item -> case_file (case_id));
joinable!(item -> agency (agency_id));
joinable!(publication -> unit (unit_id));
joinable!(publication -> item (item_id));
joinable!(assignment -> case_file (case_id));
joinable!(ledger_pending -> ledger_entry (seq));
joinable!(ledger_leaf -> ledger_entry (seq));
joinable!(log_review_rule -> log_review (review_id));
joinable!(log_review_entry -> log_review (review_id));
joinable!(log_finding -> log_review (review_id));
joinable!(log_review_end -> log_review (review_id));
joinable!(plan_action -> unit (unit_id));
joinable!(meeting_invitee -> meeting (meeting_id));
joinable!(staff -> agency (agency_id));
joinable!(assignment -> staff (staff_id));

allow_tables_to_appear_in_same_query!(
    area,
    agency,
    agency_area,
    unit,
    unit_serves,
    staff,
    duty,
    person,
    identity_number,
    enrolment,
    custody,
    conflict_of_interest,
    named_handler,
    about,
    referral,
    concern_report,
    case_file,
    party,
    assignment,
    consent,
    consent_answer,
    item,
    publication,
    plan,
    plan_need,
    plan_goal,
    plan_action,
    plan_confirmation,
    plan_revision,
    plan_goal_outcome,
    plan_preparation,
    plan_turn,
    meeting,
    meeting_invitee,
    meeting_evaluation,
    first_answer,
    maturity_assessment,
    power,
    guardian_bar,
    item_addendum,
    item_block,
    voice_mark,
    event_choice,
    practice_step,
    opened,
    information_request,
    break_glass,
    break_glass_review,
    access_extract,
    access_extract_decision,
    notice,
    log_review,
    log_review_rule,
    log_review_entry,
    log_finding,
    log_review_end,
    ledger_entry,
    ledger_pending,
    ledger_leaf,
    ledger_node,
    ledger_checkpoint,
    ledger_disposal,
    policy_text,
    service_event,
    migration_entry,
    ledger_about,
    ledger_indexed,
    ledger_key,
    ledger_cosignature,
    receipt_key,
    log_export,
);
