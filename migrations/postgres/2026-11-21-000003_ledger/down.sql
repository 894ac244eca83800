drop table ledger_checkpoint;
drop table ledger_leaf;
drop table ledger_pending;
drop table ledger_entry;
drop function ledger_is_append_only;
