-- Which keys a log was signed with, in their order: each but the first with the note by which the one
-- before it vouches for it. Only ever added.
create table ledger_key (
    agency_id uuid not null references agency (id),
    number integer not null,
    verifier_key text not null,
    since timestamptz not null,
    succession text,
    primary key (agency_id, number)
);

-- What witnesses signed below checkpoints (C2SP tlog-cosignature). Only ever added.
create table ledger_cosignature (
    agency_id uuid not null,
    size bigint not null,
    at timestamptz not null,
    witness text not null,
    line text not null,
    cosigned_at timestamptz not null,
    primary key (agency_id, size, at, witness),
    foreign key (agency_id, size, at) references ledger_checkpoint (agency_id, size, at)
);
create index ledger_cosignature_witness on ledger_cosignature (agency_id, witness, size);

-- Keys that signed receipts earlier, each vouched for by the key after it (a JWS). Only ever added.
create table receipt_key (
    id text primary key,
    vouched text not null
);

create trigger ledger_key_stays before update or delete or truncate on ledger_key
    for each statement execute function ledger_is_append_only();
create trigger ledger_cosignature_stays before update or delete or truncate on ledger_cosignature
    for each statement execute function ledger_is_append_only();
create trigger receipt_key_stays before update or delete or truncate on receipt_key
    for each statement execute function ledger_is_append_only();
grant select, insert on ledger_key, ledger_cosignature, receipt_key to samsyn_service;
