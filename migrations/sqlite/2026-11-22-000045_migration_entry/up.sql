-- What entries must tell and could not.

-- Each migration whose entry is in the ledger. One that was run and is not here is told of at the next
-- start, whatever ended the process that ran it.
create table migration_entry (
    version text primary key,
    entry_id blob not null
);
create trigger migration_entry_is_not_changed before update on migration_entry
begin select raise(abort, 'the ledger is append-only'); end;
create trigger migration_entry_is_not_removed before delete on migration_entry
begin select raise(abort, 'the ledger is append-only'); end;

-- The child that was entered by the request whose first answer is kept: shown again, it is told again.
alter table first_answer add column child_id blob;
