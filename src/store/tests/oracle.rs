//! Who may read an item, worked out from a world by hand: from the law and the house's rules as they
//! are written for people, and from neither the policies nor the gathering of facts.
//!
//! Each question is put to both. A difference is a fault in one of them.

use chrono::Datelike as _;

use super::worlds::{PLACES, Publication, Recipient, STAFF, Span, Waiver, World, today};

/// Who asks, at which level of assurance.
#[derive(Clone, Copy, Debug)]
pub enum Asker {
    Staff(usize, u8),
    Family(usize, u8),
}

const CHILD: usize = 0;
const FRIEND: usize = 3;
const HIDDEN_FROM_POLICE: [&str; 4] = ["MED", "STUHEALTH", "VOICE", "PLAN"];
const EMERGENCY_ROLES: [&str; 3] =
    ["emergency_social_worker", "emergency_clinician", "child_protection_lead"];

/// Whether `asker` may read the item.
pub fn may_read(world: &World, asker: Asker) -> bool {
    match asker {
        Asker::Staff(who, assurance) => assurance >= 3 && staff_may(world, who),
        Asker::Family(who, assurance) => assurance >= 3 && family_may(world, who),
    }
}

fn staff_may(world: &World, who: usize) -> bool {
    let (_, at, role) = STAFF[who];
    let place = &PLACES[at];
    // FL 16: nobody acts for a child whom they are bound to, whatever else holds.
    if world.conflicts[who] {
        return false;
    }
    let glass = breaks_glass(world, who);
    // Protected identity: named handlers; and social services' officer on call in an emergency.
    let protected = world.protection != "none";
    if protected && !world.handlers[who] && !(glass && role == "emergency_social_worker") {
        return false;
    }
    // A report of concern is never read in the shared case.
    if world.category == "CONCERN" {
        return false;
    }
    let takes_part = ["active", "read_only"].contains(&world.parties[at]);
    let assigned = takes_part && world.assignments[who].is_some_and(holds);
    if assigned && at == world.owner {
        return true;
    }
    // What never leaves its owner, and what the patient has blocked.
    if world.category == "THIRD" || world.block == Some(false) {
        return false;
    }
    if place.agency_kind == "police" && HIDDEN_FROM_POLICE.contains(&world.category) {
        return false;
    }
    let archived = world.closed_days_ago.is_some_and(|days| days > 90);
    let shared = |made: &&Publication| {
        made.to == Recipient::Unit(at)
            && (made.roles.is_empty() || made.roles.contains(&role))
            && (made.staff.is_empty() || made.staff.contains(&who))
            && is_live(world, made)
    };
    if assigned && !archived && world.publications.iter().any(|made| shared(&made)) {
        return true;
    }
    glass && shown_in_emergency(world, role)
}

fn breaks_glass(world: &World, who: usize) -> bool {
    let (_, at, role) = STAFF[who];
    let party = PLACES.iter().zip(world.parties).any(|(place, standing)| {
        place.agency == PLACES[at].agency && ["active", "read_only"].contains(&standing)
    });
    let open = world.broken.is_some_and(|(by, minutes)| by == who && minutes > 0);
    open && party && EMERGENCY_ROLES.contains(&role) && PLACES[at].public
}

fn shown_in_emergency(world: &World, role: &str) -> bool {
    match world.category {
        "IDENT" | "CONTACT" => true,
        "MED" | "SOC" => world.safety,
        "ADDR" => role == "emergency_social_worker",
        _ => false,
    }
}

fn family_may(world: &World, who: usize) -> bool {
    if ["THIRD", "CONCERN"].contains(&world.category) {
        return false;
    }
    // Whom a protected child may be hidden from reads neither places nor who is met there.
    let whereabouts = ["ADDR", "CONTACT", "IDENT"].contains(&world.category);
    if world.protection != "none" && who != CHILD && whereabouts {
        return false;
    }
    // A patient's block keeps others out, and not the patient.
    if world.block == Some(false) && who != CHILD {
        return false;
    }
    let to_me = |made: &&Publication| made.to == Recipient::Person(who) && is_live(world, made);
    let published = world.publications.iter().any(|made| to_me(&made));
    let archived = world.closed_days_ago.is_some_and(|days| days > 90);
    if !published || archived || who == FRIEND {
        return false;
    }
    who == CHILD || is_guardian(world, who) && !disposes(world) && !is_hidden_from(world, who)
}

fn is_hidden_from(world: &World, guardian: usize) -> bool {
    let barred = world.bar.is_some_and(|(who, _, over)| who == guardian && !over);
    barred || world.confidential
}

fn is_live(world: &World, made: &Publication) -> bool {
    if made.revoked || made.until.is_some_and(|last| last < 0) {
        return false;
    }
    match made.ground {
        "CONSENT" => made.waiver.is_some_and(|waiver| binds(world, &world.waivers[waiver])),
        "CHILD_H" | "CHILD_S" | "GUARDIAN" => age(world) < 18,
        _ => true,
    }
}

/// Whether a waiver binds today, and for this item's category.
fn binds(world: &World, waiver: &Waiver) -> bool {
    let in_time = waiver.span.0 <= 0 && 0 <= waiver.span.1;
    let givers = givers(world);
    let last = |giver: usize| waiver.answers.iter().rev().find(|(who, _)| *who == giver);
    in_time
        && waiver.categories.contains(&world.category)
        && waiver.from == PLACES[world.owner].agency
        && !givers.is_empty()
        && givers.iter().all(|giver| last(*giver).is_some_and(|(_, answer)| *answer == "given"))
}

/// Who must give a waiver today (OSL 12:3, FB 6:11, 6:13).
fn givers(world: &World) -> Vec<usize> {
    let guardians: Vec<usize> = deciding_guardians(world)
        .into_iter()
        .filter(|who| {
            !world.bar.is_some_and(|(barred, whole, over)| barred == *who && whole && !over)
        })
        .collect();
    if disposes(world) {
        return vec![CHILD];
    }
    if guardians.is_empty() || age(world) < 12 {
        return guardians;
    }
    guardians.into_iter().chain([CHILD]).collect()
}

/// Appointed guardians stand in the parents' place.
fn deciding_guardians(world: &World) -> Vec<usize> {
    let current = world.custody.iter().filter(|custody| holds(custody.span));
    let (appointed, parents): (Vec<_>, Vec<_>) = current.partition(|custody| custody.appointed);
    let who = if appointed.is_empty() { parents } else { appointed };
    who.into_iter().map(|custody| custody.guardian).collect()
}

fn is_guardian(world: &World, who: usize) -> bool {
    deciding_guardians(world).contains(&who)
}

/// Whether the child decides alone: of age; from 15 unless assessed not mature; from 12 if mature.
fn disposes(world: &World) -> bool {
    match age(world) {
        18.. => true,
        15..18 => world.mature != Some(false),
        12..15 => world.mature == Some(true),
        _ => false,
    }
}

fn age(world: &World) -> i64 {
    let (born, today) = (world.born, today());
    let years = i64::from(today.year() - born.year());
    let birthday_passed = (born.month(), born.day()) <= (today.month(), today.day());
    years - i64::from(!birthday_passed)
}

fn holds(span: Span) -> bool {
    span.0 <= 0 && span.1.is_none_or(|last| last >= 0)
}
