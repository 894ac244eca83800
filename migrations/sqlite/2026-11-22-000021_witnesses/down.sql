drop table receipt_key;
drop table ledger_cosignature;
drop table ledger_key;
