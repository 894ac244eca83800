-- What proofs and tiles are made of: the root of each full tile of a log, the tile's row being as C2SP
-- tlog-tiles numbers it. Row 0 is the leaves' own hashes. Only ever added.

create table ledger_node (
    agency_id uuid not null references agency (id),
    tier integer not null,
    position bigint not null,
    hash bytea not null,
    primary key (agency_id, tier, position)
);
create trigger ledger_node_stays before update or delete or truncate on ledger_node
    for each statement execute function ledger_is_append_only();
grant select, insert on ledger_node to samsyn_service;

-- What the leaf of a waiting entry will hold: the header's hash, and the places of the records that can
-- be read in that log. Absent for what waits while this is migrated.
alter table ledger_pending add column header_hash bytea;
alter table ledger_pending add column open text;
