//! The whole interface on one page.

use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    cases, children, concern_reports, consents, health, items, logs, me, plans, referrals, units,
};

/// Every address of the service, besides its own description.
pub fn all(config: &mut ServiceConfig<'_>) {
    config.service(health::live).service(health::ready).service(scope::scope("/v1").configure(v1));
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
        .service(cases::assign_staff)
        .service(cases::release_staff);

    // Who lifts which secrecy, for what, until when.
    config
        .service(consents::ask_consent)
        .service(consents::list_consents)
        .service(consents::read_consent)
        .service(consents::answer_consent)
        .service(consents::withdraw_consent);

    // What is known, who owns it, to whom it is disclosed.
    config
        .service(items::write_item)
        .service(items::list_items)
        .service(items::read_item)
        .service(items::publish_item);

    // One plan.
    config
        .service(plans::begin_plan)
        .service(plans::list_plans)
        .service(plans::read_plan)
        .service(plans::edit_frame)
        .service(plans::write_need)
        .service(plans::write_goal)
        .service(plans::write_action)
        .service(plans::confirm_plan)
        .service(plans::activate_plan);

    // What was done.
    config.service(logs::read_log).service(logs::export_log);
}
