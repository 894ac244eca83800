//! The whole interface on one page.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    access_extracts, assignments, bars, blocks, break_glass, cases, children, chronology,
    concern_reports, conflicts, consents, decisions, disclosure_preview, disposals, explain,
    health, information_requests, items, log_entries, log_exports, log_review_report, log_reviews,
    log_search, logs, maturity, me, meetings, notices, plan_process, plan_turns, plans, practice,
    publications, receipts, referrals, tiles, units, voice_marks, wheels,
};

/// Every address of the service, besides its own description.
pub fn all(config: &mut ServiceConfig<'_>) {
    config
        .service(health::live)
        .service(health::ready)
        .service(receipts::read_keys)
        .service(scope::scope("/v1").configure(v1));
}

/// What is decided and recorded: all of it, and nothing else is under `/v1`.
fn v1(config: &mut ServiceConfig<'_>) {
    // Who one is, and who else there is.
    config.service(me::read).service(units::list);

    // A child is found by number, or entered without one.
    config.service(children::look_up_child).service(children::register_child);

    // The single way in, and how it ends.
    config
        .service(referrals::make_referral)
        .service(referrals::list_referrals)
        .service(referrals::read_referral)
        .service(referrals::triage_referral)
        .service(referrals::accept_referral);

    // A duty that nothing stands in the way of.
    config
        .service(concern_reports::send_report)
        .service(concern_reports::list_concern_reports)
        .service(concern_reports::read_report);

    // A case, who takes part, and who is assigned.
    config
        .service(cases::open_case)
        .service(cases::list_cases)
        .service(cases::read_case)
        .service(cases::invite_party)
        .service(cases::list_invitations)
        .service(cases::answer_invitation)
        .service(assignments::assign_staff)
        .service(assignments::release_staff)
        .service(cases::close_case);

    // Who lifts which secrecy, for what, until when.
    config
        .service(consents::ask_consent)
        .service(consents::list_consents)
        .service(consents::read_consent)
        .service(consents::answer_consent)
        .service(consents::withdraw_consent)
        .service(consents::list_consent_versions)
        .service(consents::list_own_consents)
        .service(maturity::assess_maturity)
        .service(maturity::list_maturity_assessments)
        .service(receipts::read_receipt);

    // What is known, who owns it, to whom it is disclosed.
    config
        .service(items::write_item)
        .service(items::list_items)
        .service(items::read_item)
        .service(items::add_addendum)
        .service(publications::publish_item)
        .service(publications::list_publications)
        .service(publications::revoke_publication)
        .service(publications::mark_missent)
        .service(publications::list_openings)
        .service(disclosure_preview::preview_disclosure)
        .service(information_requests::request_information)
        .service(information_requests::list_information_requests);

    // What it means: the assessment, how far the work has come, the chronology.
    config
        .service(wheels::list_indicators)
        .service(wheels::list_wheels)
        .service(practice::read_practice)
        .service(practice::take_step)
        .service(chronology::list_events)
        .service(chronology::read_chronology)
        .service(chronology::choose_event)
        .service(chronology::withdraw_choice);

    // One plan.
    config
        .service(plans::begin_plan)
        .service(plans::list_plans)
        .service(plan_process::read_process)
        .service(plans::read_plan)
        .service(plans::edit_frame)
        .service(plans::write_need)
        .service(plans::write_goal)
        .service(plans::write_action)
        .service(plans::confirm_plan)
        .service(plans::activate_plan)
        .service(plans::list_own_plans);

    // What becomes of it.
    config
        .service(plan_turns::prepare_plan)
        .service(plan_turns::judge_goal)
        .service(plan_turns::revise_plan)
        .service(plan_turns::drop_need)
        .service(plan_turns::drop_goal)
        .service(plan_turns::drop_action)
        .service(plan_turns::list_revisions)
        .service(plan_turns::interrupt_plan)
        .service(plan_turns::resume_plan)
        .service(plan_turns::close_plan);

    // The meetings about it.
    config
        .service(meetings::preview_meeting)
        .service(meetings::call_meeting)
        .service(meetings::list_meetings)
        .service(meetings::list_own_meetings)
        .service(meetings::read_invitation)
        .service(meetings::read_meeting)
        .service(meetings::answer_meeting)
        .service(meetings::move_meeting)
        .service(meetings::cancel_meeting)
        .service(meetings::hold_meeting)
        .service(meetings::evaluate_meeting);

    // Walls that no role passes.
    config
        .service(conflicts::declare_conflict)
        .service(blocks::block_item)
        .service(blocks::lift_block)
        .service(bars::hide_item)
        .service(bars::show_item)
        .service(voice_marks::mark_item)
        .service(voice_marks::unmark_item)
        .service(bars::bar_guardian)
        .service(bars::unbar_guardian);

    // What a unit must know of.
    config.service(notices::list_notices).service(notices::read_notice);

    // When it can't wait, and who looks at it afterwards.
    config
        .service(break_glass::open_case)
        .service(break_glass::open_by_number)
        .service(break_glass::list_openings)
        .service(break_glass::read_opening)
        .service(break_glass::review_opening);

    // What was done.
    config
        .service(logs::read_log)
        .service(log_search::search_log)
        .service(log_entries::read_log_entry)
        .service(log_exports::export_log)
        .service(log_exports::list_log_exports)
        .service(log_exports::read_log_export)
        .service(log_exports::fetch_log_export)
        .service(log_exports::fetch_log_export_manifest)
        .service(log_exports::cancel_log_export);

    // Who has looked, told to the child and the guardian.
    config
        .service(access_extracts::ask_extract)
        .service(access_extracts::list_own_extracts)
        .service(access_extracts::list_extracts)
        .service(access_extracts::read_extract)
        .service(access_extracts::print_extract)
        .service(access_extracts::prepare_extract)
        .service(access_extracts::decide_extract);

    // Whether it should have been done: drawn, looked through, reported.
    config
        .service(log_review_report::read_worklist)
        .service(log_review_report::read_report)
        .service(log_reviews::draw_review)
        .service(log_reviews::list_reviews)
        .service(log_reviews::read_review)
        .service(log_reviews::list_drawn_entries)
        .service(log_reviews::record_finding)
        .service(log_reviews::close_review);

    // What is kept no longer.
    config.service(disposals::dispose).service(disposals::list_disposals);

    // What proves it, for a monitor.
    config
        .service(tiles::read_checkpoint)
        .service(tiles::read_tile)
        .service(tiles::read_log_keys)
        .service(tiles::prove_inclusion)
        .service(tiles::prove_consistency);

    // Why it was decided so, and what would be decided.
    config.service(decisions::read_decision).service(explain::explain_access);
}
