drop function ledger_erase(uuid, bigint, bigint);
drop trigger ledger_entry_is_erased on ledger_entry;
drop trigger ledger_entry_stays on ledger_entry;
create trigger ledger_entry_stays before update or delete or truncate on ledger_entry
    for each statement execute function ledger_is_append_only();
drop function ledger_entry_is_only_erased;
drop function ledger_entry_is_disposed(bigint);
drop index ledger_leaf_seq;
drop table ledger_disposal;
drop function ledger_disposal_is_of_old_leaves;
