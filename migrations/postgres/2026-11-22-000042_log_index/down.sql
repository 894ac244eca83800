drop table ledger_indexed;
drop table ledger_about;
