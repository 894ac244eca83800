-- What entries must tell and could not.

-- Each migration whose entry is in the ledger. One that was run and is not here is told of at the next
-- start, whatever ended the process that ran it.
create table migration_entry (
    version text primary key,
    entry_id uuid not null
);
create trigger migration_entry_stays before update or delete or truncate on migration_entry
    for each statement execute function ledger_is_append_only();
grant select on migration_entry to samsyn_service;

-- The child that was entered by the request whose first answer is kept: shown again, it is told again.
alter table first_answer add column child_id uuid;
