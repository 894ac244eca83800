alter table ledger_pending add foreign key (agency_id) references agency (id);
alter table ledger_pending add foreign key (seq) references ledger_entry (seq);
