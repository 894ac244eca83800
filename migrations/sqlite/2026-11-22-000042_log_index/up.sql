-- Where in each log somebody acts or a child is told of. Made from the log, and made again if it is
-- lost: it proves nothing and is a part of no record.

create table ledger_about (
    agency_id blob not null references agency (id),
    -- 1: who acted. 2: a child.
    kind integer not null,
    subject_id blob not null,
    position bigint not null,
    primary key (agency_id, kind, subject_id, position)
) without rowid;

-- How far each log is indexed: the leaves before this one.
create table ledger_indexed (
    agency_id blob primary key references agency (id),
    upto bigint not null
) without rowid;
