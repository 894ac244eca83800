-- How far the work around a child has come (National Practice Model): each step, and the item with
-- what the child said there or why it was not asked. Only ever added; the newest counts.
create table practice_step (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    -- One for the first step, and one more for each that follows: nobody takes the same one twice.
    number bigint not null,
    stage text not null,
    heard text not null,
    voice_item_id blob not null references item (id),
    taken_by_id blob not null references staff (id),
    taken_at text not null,
    unique (case_id, number)
);
