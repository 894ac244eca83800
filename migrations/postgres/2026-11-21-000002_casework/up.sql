-- What is done for a child. Every row carries the area: the distribution key and the second wall.

create table referral (
    id uuid primary key,
    area_id uuid not null references area (id),
    child_id uuid not null references person (id),
    from_unit_id uuid not null references unit (id),
    to_unit_id uuid not null references unit (id),
    made_by_id uuid not null references staff (id),
    made_at timestamptz not null,
    -- The five questions, the indicators, the child's view: written once, read whole.
    content jsonb not null,
    urgency text not null,
    state text not null,
    outcome jsonb,
    version bigint not null
);
create index referral_to_unit on referral (to_unit_id, id);
create index referral_child on referral (child_id);

create table concern_report (
    id uuid primary key,
    area_id uuid not null references area (id),
    child_id uuid not null references person (id),
    referral_id uuid references referral (id),
    from_unit_id uuid not null references unit (id),
    to_unit_id uuid not null references unit (id),
    made_by_id uuid not null references staff (id),
    made_at timestamptz not null,
    content jsonb not null
);
create index concern_report_to_unit on concern_report (to_unit_id, id);

create table case_file (
    id uuid primary key,
    area_id uuid not null references area (id),
    child_id uuid not null references person (id),
    referral_id uuid not null references referral (id),
    unit_id uuid not null references unit (id),
    owner_id uuid not null references staff (id),
    first_contact_on date not null,
    key_question text not null,
    opened_at timestamptz not null,
    version bigint not null,
    unique (referral_id)
);
create index case_file_child on case_file (child_id);

create table party (
    case_id uuid not null references case_file (id),
    unit_id uuid not null references unit (id),
    area_id uuid not null references area (id),
    standing text not null,
    invited_at timestamptz not null,
    answered_at timestamptz,
    reason text,
    primary key (case_id, unit_id)
);
create index party_unit on party (unit_id, case_id);

create table assignment (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    unit_id uuid not null references unit (id),
    staff_id uuid not null references staff (id),
    from_date date not null,
    to_date date
);
create index assignment_staff on assignment (staff_id, case_id);
create index assignment_case on assignment (case_id);

create table consent (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    from_agency_id uuid not null references agency (id),
    to_agency_id uuid not null references agency (id),
    categories jsonb not null,
    purpose text not null,
    valid_from date not null,
    valid_to date not null,
    explained_in text not null,
    -- Who must give it, fixed when it was asked for.
    givers jsonb not null,
    asked_by_id uuid not null references staff (id),
    asked_at timestamptz not null,
    version bigint not null
);
create index consent_case on consent (case_id);

-- Answers are only ever added; the newest of each giver counts.
create table consent_answer (
    id uuid primary key,
    area_id uuid not null references area (id),
    consent_id uuid not null references consent (id),
    giver_id uuid not null references person (id),
    answer text not null,
    manner text not null,
    language text not null,
    witness text,
    taken_by_id uuid references staff (id),
    at timestamptz not null
);
create index consent_answer_consent on consent_answer (consent_id, at);

create table item (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    agency_id uuid not null references agency (id),
    unit_id uuid not null references unit (id),
    category text not null,
    regime text not null,
    title text not null,
    body text not null,
    written_by_id uuid not null references staff (id),
    written_at timestamptz not null
);
create index item_case on item (case_id, id);

create table publication (
    id uuid primary key,
    area_id uuid not null references area (id),
    item_id uuid not null references item (id),
    unit_id uuid not null references unit (id),
    roles jsonb not null,
    legal_ground text not null,
    reason text,
    consent_id uuid references consent (id),
    published_by_id uuid not null references staff (id),
    published_at timestamptz not null,
    revoked_at timestamptz
);
create index publication_item on publication (item_id);

create table plan (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    unit_id uuid not null references unit (id),
    state text not null,
    met_on date,
    follow_up_on date,
    responsible_agency_id uuid references agency (id),
    child_view text,
    no_child_view_because text,
    begun_by_id uuid not null references staff (id),
    begun_at timestamptz not null,
    activated_at timestamptz,
    -- Grows with every change of content; a confirmation holds for one version.
    version bigint not null
);
create index plan_case on plan (case_id);

create table plan_need (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    indicator text not null,
    text text not null
);
create index plan_need_plan on plan_need (plan_id);

create table plan_goal (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    need_id uuid not null references plan_need (id),
    horizon text not null,
    text text not null
);
create index plan_goal_plan on plan_goal (plan_id);

create table plan_action (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    goal_id uuid not null references plan_goal (id),
    unit_id uuid not null references unit (id),
    legal_class text not null,
    text text not null,
    third_party text,
    due_on date not null,
    written_by_id uuid not null references staff (id)
);
create index plan_action_plan on plan_action (plan_id);

create table plan_confirmation (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    unit_id uuid not null references unit (id),
    plan_version bigint not null,
    confirmed_by_id uuid not null references staff (id),
    confirmed_at timestamptz not null
);
create index plan_confirmation_plan on plan_confirmation (plan_id);

-- The first answer to a request that carried an Idempotency-Key, for a day.
create table first_answer (
    caller_id uuid not null,
    key text not null,
    digest bytea not null,
    status integer not null,
    headers text not null,
    body bytea not null,
    at timestamptz not null,
    primary key (caller_id, key)
);
create index first_answer_at on first_answer (at);
