-- How far the work around a child has come (National Practice Model): each step, and the item with
-- what the child said there or why it was not asked. Only ever added; the newest counts.
create table practice_step (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    -- One for the first step, and one more for each that follows: nobody takes the same one twice.
    number bigint not null,
    stage text not null,
    heard text not null,
    voice_item_id uuid not null references item (id),
    taken_by_id uuid not null references staff (id),
    taken_at timestamptz not null,
    unique (case_id, number)
);

grant select, insert on practice_step to samsyn_service;
alter table practice_step enable row level security;
create policy own_areas on practice_step using (areas_of_caller(area_id))
    with check (areas_of_caller(area_id));
