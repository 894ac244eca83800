-- A significant event that the lead professional has chosen into the case's chronology. A choice is
-- withdrawn and never removed.
create table event_choice (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    item_id uuid not null references item (id),
    chosen_by_id uuid not null references staff (id),
    chosen_at timestamptz not null,
    withdrawn_by_id uuid references staff (id),
    withdrawn_at timestamptz,
    withdrawn_because text
);
create index event_choice_case on event_choice (case_id, id);
-- An event stands in the chronology once.
create unique index event_choice_standing on event_choice (item_id) where withdrawn_at is null;

grant select, insert on event_choice to samsyn_service;
grant update on event_choice to samsyn_service;
alter table event_choice enable row level security;
create policy own_areas on event_choice using (areas_of_caller(area_id))
    with check (areas_of_caller(area_id));
