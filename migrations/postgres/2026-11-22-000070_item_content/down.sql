drop index item_kind;
alter table item drop column content;
alter table item drop column kind;
