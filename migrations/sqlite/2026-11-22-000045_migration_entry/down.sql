alter table first_answer drop column child_id;
drop table migration_entry;
