-- What an agency was asked for by a child or a guardian: who has seen what it holds of the child.
create table access_extract (
    id uuid primary key,
    area_id uuid not null references area (id),
    agency_id uuid not null references agency (id),
    child_id uuid not null references person (id),
    -- Who will have the answer.
    asker_id uuid not null references person (id),
    from_time timestamptz not null,
    to_time timestamptz not null,
    language text not null,
    -- Who took a request on paper down, and how they made sure who asked.
    recorded_by_id uuid references staff (id),
    checked text,
    asked_at timestamptz not null,
    due date not null
);
create index access_extract_agency on access_extract (agency_id, id);
create index access_extract_asker on access_extract (asker_id, id);

-- What its secrecy test came to, once. The rows are what was released, as it was then.
create table access_extract_decision (
    extract_id uuid primary key references access_extract (id),
    area_id uuid not null references area (id),
    released boolean not null,
    reason text not null,
    -- How many leaves the log had, and its head.
    size bigint not null,
    checkpoint text not null,
    rows jsonb not null,
    decided_by_id uuid not null references staff (id),
    decided_at timestamptz not null
);

grant select, insert on access_extract, access_extract_decision to samsyn_service;

do $$
declare
    walled text;
begin
    foreach walled in array array['access_extract', 'access_extract_decision'] loop
        execute format('alter table %I enable row level security', walled);
        execute format(
            'create policy own_areas on %I using (areas_of_caller(area_id)) '
            'with check (areas_of_caller(area_id))', walled);
    end loop;
end
$$;
