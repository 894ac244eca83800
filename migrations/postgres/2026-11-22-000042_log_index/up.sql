-- Where in each log somebody acts or a child is told of. Made from the log, and made again if it is
-- lost: it proves nothing and is a part of no record.

create table ledger_about (
    agency_id uuid not null references agency (id),
    -- 1: who acted. 2: a child.
    kind integer not null,
    subject_id uuid not null,
    position bigint not null,
    primary key (agency_id, kind, subject_id, position)
);

-- How far each log is indexed: the leaves before this one.
create table ledger_indexed (
    agency_id uuid primary key references agency (id),
    upto bigint not null
);

grant select, insert, delete on ledger_about to samsyn_service;
grant select, insert, update on ledger_indexed to samsyn_service;
