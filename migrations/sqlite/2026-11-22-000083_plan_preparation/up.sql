-- The checklist of a plan's preparation. Words on it are added, never changed; the newest counts.
create table plan_preparation (
    id blob primary key,
    area_id blob not null references area (id),
    plan_id blob not null references plan (id),
    item text not null,
    done boolean not null,
    note text,
    by_id blob not null references staff (id),
    at text not null
);
create index plan_preparation_plan on plan_preparation (plan_id);
