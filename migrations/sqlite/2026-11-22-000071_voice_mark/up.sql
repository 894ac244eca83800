-- What a child has said and does not want its guardians to see. Nobody marked it where the child
-- itself did. A mark is ended and never removed, so that it can be told what was kept from whom when.
create table voice_mark (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    item_id blob not null references item (id),
    marked_by_id blob references staff (id),
    marked_at text not null,
    ended_by_id blob references staff (id),
    ended_at text
);
create index voice_mark_item on voice_mark (item_id);
-- One mark stands at a time.
create unique index voice_mark_standing on voice_mark (item_id) where ended_at is null;
create index voice_mark_child on voice_mark (child_id);
