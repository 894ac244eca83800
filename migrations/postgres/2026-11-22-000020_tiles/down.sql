alter table ledger_pending drop column open;
alter table ledger_pending drop column header_hash;
drop table ledger_node;
