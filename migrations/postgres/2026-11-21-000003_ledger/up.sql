-- What was done. Entries, leaves and checkpoints are only ever added.

create table ledger_entry (
    seq bigint generated always as identity primary key,
    id uuid not null,
    at timestamptz not null,
    header bytea not null,
    records bytea not null
);

-- Entries that wait to become a leaf in an agency's log. A queue, not a part of the record.
create table ledger_pending (
    agency_id uuid not null references agency (id),
    seq bigint not null references ledger_entry (seq),
    primary key (agency_id, seq)
);

create table ledger_leaf (
    agency_id uuid not null references agency (id),
    position bigint not null,
    seq bigint not null references ledger_entry (seq),
    time timestamptz not null,
    -- The leaf as it stands in the log, and its Merkle hash (RFC 6962 §2.1).
    leaf bytea not null,
    hash bytea not null,
    primary key (agency_id, position)
);
create index ledger_leaf_time on ledger_leaf (agency_id, time);

create table ledger_checkpoint (
    agency_id uuid not null references agency (id),
    size bigint not null,
    at timestamptz not null,
    frontier bytea not null,
    note text not null,
    primary key (agency_id, size, at)
);

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only';
end
$$;
create trigger ledger_entry_stays before update or delete or truncate on ledger_entry
    for each statement execute function ledger_is_append_only();
create trigger ledger_leaf_stays before update or delete or truncate on ledger_leaf
    for each statement execute function ledger_is_append_only();
create trigger ledger_checkpoint_stays before update or delete or truncate on ledger_checkpoint
    for each statement execute function ledger_is_append_only();
