-- Which keys a log was signed with, in their order: each but the first with the note by which the one
-- before it vouches for it. Only ever added.
create table ledger_key (
    agency_id blob not null references agency (id),
    number integer not null,
    verifier_key text not null,
    since text not null,
    succession text,
    primary key (agency_id, number)
);

-- What witnesses signed below checkpoints (C2SP tlog-cosignature). Only ever added.
create table ledger_cosignature (
    agency_id blob not null,
    size bigint not null,
    at text not null,
    witness text not null,
    line text not null,
    cosigned_at text not null,
    primary key (agency_id, size, at, witness),
    foreign key (agency_id, size, at) references ledger_checkpoint (agency_id, size, at)
);
create index ledger_cosignature_witness on ledger_cosignature (agency_id, witness, size);

-- Keys that signed receipts earlier, each vouched for by the key after it (a JWS). Only ever added.
create table receipt_key (
    id text primary key,
    vouched text not null
);

create trigger ledger_key_is_not_changed before update on ledger_key
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_key_is_not_removed before delete on ledger_key
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_cosignature_is_not_changed before update on ledger_cosignature
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_cosignature_is_not_removed before delete on ledger_cosignature
begin select raise(abort, 'the ledger is append-only'); end;
create trigger receipt_key_is_not_changed before update on receipt_key
begin select raise(abort, 'the ledger is append-only'); end;
create trigger receipt_key_is_not_removed before delete on receipt_key
begin select raise(abort, 'the ledger is append-only'); end;
