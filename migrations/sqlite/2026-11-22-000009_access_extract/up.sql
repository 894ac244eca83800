-- What an agency was asked for by a child or a guardian: who has seen what it holds of the child.
create table access_extract (
    id blob primary key,
    area_id blob not null references area (id),
    agency_id blob not null references agency (id),
    child_id blob not null references person (id),
    -- Who will have the answer.
    asker_id blob not null references person (id),
    from_time text not null,
    to_time text not null,
    language text not null,
    -- Who took a request on paper down, and how they made sure who asked.
    recorded_by_id blob references staff (id),
    checked text,
    asked_at text not null,
    due text not null
);
create index access_extract_agency on access_extract (agency_id, id);
create index access_extract_asker on access_extract (asker_id, id);

-- What its secrecy test came to, once. The rows are what was released, as it was then.
create table access_extract_decision (
    extract_id blob primary key references access_extract (id),
    area_id blob not null references area (id),
    released boolean not null,
    reason text not null,
    -- How many leaves the log had, and its head.
    size integer not null,
    checkpoint text not null,
    rows text not null,
    decided_by_id blob not null references staff (id),
    decided_at text not null
);
