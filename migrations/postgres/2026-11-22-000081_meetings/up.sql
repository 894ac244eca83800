-- Meetings about a plan.
create table meeting (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    plan_id uuid not null references plan (id),
    -- Who calls: the coordinating unit.
    unit_id uuid not null references unit (id),
    key_question text not null,
    starts_at timestamptz not null,
    minutes integer not null,
    mode text not null,
    place text not null,
    state text not null,
    -- Why it was moved or called off, the last time.
    because text,
    -- The last day that was agreed on for it, where a clock runs.
    due_on date,
    called_by_id uuid not null references staff (id),
    called_at timestamptz not null,
    -- Grows with each change of time or place, and when it is called off (RFC 5545, SEQUENCE).
    sequence integer not null,
    changed_at timestamptz not null,
    held_on date,
    version bigint not null
);
create index meeting_plan on meeting (plan_id);
create index meeting_starts on meeting (state, starts_at);

-- Who is called: a unit or a person.
create table meeting_invitee (
    id uuid primary key,
    area_id uuid not null references area (id),
    meeting_id uuid not null references meeting (id),
    unit_id uuid references unit (id),
    person_id uuid references person (id),
    reply text,
    reply_reason text,
    proposed_at timestamptz,
    replied_at timestamptz,
    -- Who answered: a member of staff, or the person themselves or whoever acts for them.
    replied_by_staff_id uuid references staff (id),
    replied_by_person_id uuid references person (id),
    attended boolean,
    -- Of a unit that stayed away: the report of the deviation.
    deviation text,
    check ((unit_id is null) <> (person_id is null))
);
create index meeting_invitee_meeting on meeting_invitee (meeting_id);
create index meeting_invitee_person on meeting_invitee (person_id);

-- The three questions afterwards. Answers are added, never changed; the newest counts.
create table meeting_evaluation (
    id uuid primary key,
    area_id uuid not null references area (id),
    meeting_id uuid not null references meeting (id),
    person_id uuid not null references person (id),
    heard text not null,
    knows_who_does_what text not null,
    helps text not null,
    words text,
    taken_by_id uuid references staff (id),
    at timestamptz not null
);
create index meeting_evaluation_meeting on meeting_evaluation (meeting_id);

grant select, insert on meeting, meeting_invitee, meeting_evaluation to samsyn_service;
grant update on meeting, meeting_invitee to samsyn_service;

do $$
declare
    walled text;
begin
    foreach walled in array array['meeting', 'meeting_invitee', 'meeting_evaluation'] loop
        execute format('alter table %I enable row level security', walled);
        execute format(
            'create policy own_areas on %I using (areas_of_caller(area_id)) '
            'with check (areas_of_caller(area_id))', walled);
    end loop;
end
$$;
