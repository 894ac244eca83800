-- A plan's revisions: from which on, and until which, each need, goal and action stands in it. What
-- stood in a revision that was in force is kept word by word.
alter table plan_need add column since integer not null default 1;
alter table plan_need add column until integer;
alter table plan_goal add column since integer not null default 1;
alter table plan_goal add column until integer;
alter table plan_action add column since integer not null default 1;
alter table plan_action add column until integer;

-- The common parts of each revision that came into force.
create table plan_revision (
    plan_id uuid not null references plan (id),
    revision integer not null,
    area_id uuid not null references area (id),
    met_on date,
    follow_up_on date,
    responsible_agency_id uuid references agency (id),
    child_view text,
    no_child_view_because text,
    crisis text,
    activated_at timestamptz not null,
    primary key (plan_id, revision)
);
insert into plan_revision (plan_id, revision, area_id, met_on, follow_up_on, responsible_agency_id,
    child_view, no_child_view_because, crisis, activated_at)
select id, revision, area_id, met_on, follow_up_on, responsible_agency_id, child_view,
    no_child_view_because, crisis, activated_at
from plan where activated_at is not null;

-- What became of a goal. Outcomes are added, never changed; the newest counts.
create table plan_goal_outcome (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    goal_id uuid not null references plan_goal (id),
    outcome text not null,
    because text,
    by_id uuid not null references staff (id),
    at timestamptz not null
);
create index plan_goal_outcome_plan on plan_goal_outcome (plan_id);

-- That a plan was laid aside, taken up again, revised, closed: each with its reason.
create table plan_turn (
    id uuid primary key,
    area_id uuid not null references area (id),
    plan_id uuid not null references plan (id),
    turn text not null,
    reason text,
    note text,
    by_id uuid not null references staff (id),
    at timestamptz not null
);
create index plan_turn_plan on plan_turn (plan_id);

grant select, insert on plan_revision, plan_goal_outcome, plan_turn to samsyn_service;
grant update (until) on plan_need, plan_goal, plan_action to samsyn_service;

do $$
declare
    walled text;
begin
    foreach walled in array array['plan_revision', 'plan_goal_outcome', 'plan_turn'] loop
        execute format('alter table %I enable row level security', walled);
        execute format(
            'create policy own_areas on %I using (areas_of_caller(area_id)) '
            'with check (areas_of_caller(area_id))', walled);
    end loop;
end
$$;
