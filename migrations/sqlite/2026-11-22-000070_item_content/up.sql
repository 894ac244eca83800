-- What an item says beyond plain text: the parts of an assessment, the child's voice, an event.
alter table item add column kind text not null default 'note';
alter table item add column content text;

-- Wheels and events are looked for by their kind.
create index item_kind on item (case_id, kind, id);
