-- What proofs and tiles are made of: the root of each full tile of a log, the tile's row being as C2SP
-- tlog-tiles numbers it. Row 0 is the leaves' own hashes. Only ever added.

create table ledger_node (
    agency_id blob not null references agency (id),
    tier integer not null,
    position bigint not null,
    hash blob not null,
    primary key (agency_id, tier, position)
) without rowid;

create trigger ledger_node_is_not_changed before update on ledger_node
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_node_is_not_removed before delete on ledger_node
begin select raise(abort, 'the ledger is append-only'); end;

-- What the leaf of a waiting entry will hold: the header's hash, and the places of the records that can
-- be read in that log. Absent for what waits while this is migrated.
alter table ledger_pending add column header_hash blob;
alter table ledger_pending add column open text;
