-- What was done. Entries, leaves and checkpoints are only ever added.

create table ledger_entry (
    seq integer primary key autoincrement,
    id blob not null,
    at text not null,
    header blob not null,
    records blob not null
);

-- Entries that wait to become a leaf in an agency's log. A queue, not a part of the record.
create table ledger_pending (
    agency_id blob not null references agency (id),
    seq bigint not null references ledger_entry (seq),
    primary key (agency_id, seq)
) without rowid;

create table ledger_leaf (
    agency_id blob not null references agency (id),
    position bigint not null,
    seq bigint not null references ledger_entry (seq),
    time text not null,
    -- The leaf as it stands in the log, and its Merkle hash (RFC 6962 §2.1).
    leaf blob not null,
    hash blob not null,
    primary key (agency_id, position)
) without rowid;
create index ledger_leaf_time on ledger_leaf (agency_id, time);

create table ledger_checkpoint (
    agency_id blob not null references agency (id),
    size bigint not null,
    at text not null,
    frontier blob not null,
    note text not null,
    primary key (agency_id, size, at)
);

create trigger ledger_entry_is_not_changed before update on ledger_entry
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_entry_is_not_removed before delete on ledger_entry
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_leaf_is_not_changed before update on ledger_leaf
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_leaf_is_not_removed before delete on ledger_leaf
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_checkpoint_is_not_changed before update on ledger_checkpoint
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_checkpoint_is_not_removed before delete on ledger_checkpoint
begin select raise(abort, 'the ledger is append-only'); end;
