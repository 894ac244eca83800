-- SQLite has no roles and no row-level security: whoever opens the file has it all. The triggers
-- on the ledger and the door are the walls there.
select 1;
