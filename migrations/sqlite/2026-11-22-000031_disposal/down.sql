drop trigger ledger_entry_is_not_changed;
create trigger ledger_entry_is_not_changed before update on ledger_entry
begin select raise(abort, 'the ledger is append-only'); end;
drop index ledger_leaf_seq;
drop table ledger_disposal;
