-- The checklist of a plan's preparation. Words on it are added, never changed; the newest counts.
create table plan_preparation (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    item text not null,
    done boolean not null,
    note text,
    by_id uuid not null references staff (id),
    at timestamptz not null
);
create index plan_preparation_plan on plan_preparation (plan_id);

grant select, insert on plan_preparation to samsyn_service;
alter table plan_preparation enable row level security;
create policy own_areas on plan_preparation using (areas_of_caller(area_id))
    with check (areas_of_caller(area_id));
