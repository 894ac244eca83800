-- Who may see what: three kinds of consent, disclosure, walls, emergencies, endings.

-- How somebody came to decide for the child: parent, appointed guardian, representative (FB 6 kap, god man).
alter table custody add column kind text not null default 'parent';

-- Own child, relative, household, or declared (FL 16 §).
alter table conflict_of_interest add column kind text not null default 'declared';

-- A case ends, and is read for a while after.
alter table case_file add column closed_at text;
alter table case_file add column closed_because text;
alter table case_file add column closed_note text;
alter table case_file add column closed_by_id blob references staff (id);

-- Cover for a colleague, for a short while.
alter table assignment add column substitute boolean not null default false;

-- Three kinds of consent, never one flag: a waiver of secrecy (OSL 10:1), consent that a plan is drawn up
-- (SoL 10:8, HSL 16:4), consent to an intervention (SoL 21:1-2). For the last two both agencies are the one that answers for it.
alter table consent add column kind text not null default 'waiver';
alter table consent add column explained text not null default '';
alter table consent add column with_assessment boolean not null default false;
alter table consent add column suitable_because text;
alter table consent add column urgent_because text;
alter table consent add column far_reaching boolean not null default false;

-- The evidence by reference; why nobody could be reached; who answered by a power.
alter table consent_answer add column evidence text;
alter table consent_answer add column reason text;
alter table consent_answer add column by_id blob references person (id);
-- A part of what was asked for; all of it when it doesn't say.
alter table consent_answer add column categories text;

-- Needed for the child's safety in an emergency; told in confidence by a young person.
alter table item add column safety boolean not null default false;
alter table item add column confidential boolean not null default false;

-- A disclosure goes to a unit, some of its roles or staff; or to a guardian or the child.
create table publication_new (
    id blob primary key,
    area_id blob not null references area (id),
    item_id blob not null references item (id),
    unit_id blob references unit (id),
    roles text not null,
    legal_ground text not null,
    reason text,
    consent_id blob references consent (id),
    published_by_id blob not null references staff (id),
    published_at text not null,
    revoked_at text,
    person_id blob references person (id),
    staff text not null default '[]',
    harm_result text,
    harm_official_id blob references staff (id),
    investigation text,
    until date,
    revoked_by_id blob references staff (id),
    revoked_because text,
    missent boolean not null default false,
    despite_wish text,
    harm_reason text
);
insert into publication_new
    (id, area_id, item_id, unit_id, roles, legal_ground, reason, consent_id, published_by_id, published_at, revoked_at)
    select id, area_id, item_id, unit_id, roles, legal_ground, reason, consent_id, published_by_id, published_at, revoked_at
    from publication;
drop table publication;
alter table publication_new rename to publication;
create index publication_item on publication (item_id);

-- How a child's maturity was assessed, matter by matter (OSL 12:3). Only ever added; the newest counts.
create table maturity_assessment (
    id blob primary key,
    area_id blob not null references area (id),
    child_id blob not null references person (id),
    case_id blob not null references case_file (id),
    matter text not null,
    mature boolean not null,
    reason text not null,
    assessed_by_id blob not null references staff (id),
    assessed_at text not null
);
create index maturity_assessment_child on maturity_assessment (child_id, matter);

-- A dated power to act for a guardian or for the child.
create table power (
    id blob primary key,
    area_id blob not null references area (id),
    child_id blob not null references person (id),
    holder_id blob not null references person (id),
    for_id blob not null references person (id),
    from_date date not null,
    to_date date not null
);
create index power_child on power (child_id);

-- What a guardian must not see or decide because it would harm the child (OSL 12:3 p 1): one item,
-- or the whole matter when no item is named. Nobody decided where the child itself asked for it.
create table guardian_bar (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    guardian_id blob not null references person (id),
    item_id blob references item (id),
    reason text not null,
    decided_by_id blob references staff (id),
    decided_at text not null,
    ended_at text,
    ended_because text,
    ended_by_id blob references staff (id)
);
create index guardian_bar_child on guardian_bar (child_id);

-- A correction: it stands beside what it corrects and never instead of it.
create table item_addendum (
    id blob primary key,
    area_id blob not null references area (id),
    item_id blob not null references item (id),
    body text not null,
    written_by_id blob not null references staff (id),
    written_at text not null
);
create index item_addendum_item on item_addendum (item_id);

-- A patient's block on an item of health care (PDL 4:4), and how it was lifted (PDL 4:5).
create table item_block (
    id blob primary key,
    area_id blob not null references area (id),
    item_id blob not null references item (id),
    blocked_by_id blob not null references person (id),
    recorded_by_id blob not null references staff (id),
    blocked_at text not null,
    lifted_at text,
    lifted_ground text,
    lifted_because text,
    lifted_by_id blob references staff (id)
);
create index item_block_item on item_block (item_id);

-- Who has read what through a publication, and by which entry: for whoever sent it wrong.
create table opened (
    publication_id blob not null references publication (id),
    entry_id blob not null,
    area_id blob not null references area (id),
    reader_id blob not null,
    at text not null,
    primary key (publication_id, entry_id)
);

-- What social services ask for in an investigation (SoL 20:6). Whoever is asked must answer.
create table information_request (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    from_unit_id blob not null references unit (id),
    to_unit_id blob not null references unit (id),
    investigation text not null,
    asked text not null,
    asked_by_id blob not null references staff (id),
    asked_at text not null
);
create index information_request_case on information_request (case_id);

-- An emergency opening of a case.
create table break_glass (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    staff_id blob not null references staff (id),
    agency_id blob not null references agency (id),
    unit_id blob not null references unit (id),
    legal_ground text not null,
    reason text not null,
    opened_at text not null,
    until text not null,
    review_before text not null
);
create index break_glass_staff on break_glass (staff_id, case_id);
create index break_glass_agency on break_glass (agency_id, id);
create index break_glass_case on break_glass (case_id);

-- What its reviews came to. Only ever added; the newest counts.
create table break_glass_review (
    id blob primary key,
    area_id blob not null references area (id),
    opening_id blob not null references break_glass (id),
    finding text not null,
    reason text not null,
    measure text,
    reviewed_by_id blob not null references staff (id),
    reviewed_at text not null
);
create index break_glass_review_opening on break_glass_review (opening_id);

-- Something that a unit must know of. It holds ids and a kind, nothing personal.
create table notice (
    id blob primary key,
    area_id blob not null references area (id),
    unit_id blob not null references unit (id),
    child_id blob not null references person (id),
    case_id blob not null references case_file (id),
    kind text not null,
    resource_kind text not null,
    resource_id blob not null,
    at text not null
);
create index notice_unit on notice (unit_id, id);

-- A decision is looked up by its entry's id.
create unique index ledger_entry_id on ledger_entry (id);
