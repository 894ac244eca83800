-- A significant event that the lead professional has chosen into the case's chronology. A choice is
-- withdrawn and never removed.
create table event_choice (
    id blob primary key,
    area_id blob not null references area (id),
    case_id blob not null references case_file (id),
    child_id blob not null references person (id),
    item_id blob not null references item (id),
    chosen_by_id blob not null references staff (id),
    chosen_at text not null,
    withdrawn_by_id blob references staff (id),
    withdrawn_at text,
    withdrawn_because text
);
create index event_choice_case on event_choice (case_id, id);
-- An event stands in the chronology once.
create unique index event_choice_standing on event_choice (item_id) where withdrawn_at is null;
