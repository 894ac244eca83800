-- What a child has said and does not want its guardians to see. Nobody marked it where the child
-- itself did. A mark is ended and never removed, so that it can be told what was kept from whom when.
create table voice_mark (
    id uuid primary key,
    area_id uuid not null references area (id),
    case_id uuid not null references case_file (id),
    child_id uuid not null references person (id),
    item_id uuid not null references item (id),
    marked_by_id uuid references staff (id),
    marked_at timestamptz not null,
    ended_by_id uuid references staff (id),
    ended_at timestamptz
);
create index voice_mark_item on voice_mark (item_id);
-- One mark stands at a time.
create unique index voice_mark_standing on voice_mark (item_id) where ended_at is null;
create index voice_mark_child on voice_mark (child_id);

grant select, insert on voice_mark to samsyn_service;
grant update on voice_mark to samsyn_service;
alter table voice_mark enable row level security;
create policy own_areas on voice_mark using (areas_of_caller(area_id))
    with check (areas_of_caller(area_id));
