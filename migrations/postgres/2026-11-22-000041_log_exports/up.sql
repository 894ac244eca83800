-- Exports of logs, as jobs. A row stays when its file is gone: who exported what, and what for.

create table log_export (
    id uuid primary key,
    agency_id uuid not null references agency (id),
    at timestamptz not null,
    by_id uuid not null,
    by_name text,
    purpose text not null,
    format text not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    -- An extract about one child, and the number of the matter that it belongs to.
    child_id uuid,
    matter text,
    -- waiting, running, ready, failed, cancelled, expired
    state text not null,
    -- The running server that does it.
    holder_id uuid,
    -- What it is an export of, decided once, so that starting over gives the same bytes: the line
    -- that tells of the range, and the size of the log.
    pinned bytea,
    size bigint,
    -- How often it was begun.
    attempts integer not null,
    done bigint not null,
    total bigint,
    bytes bigint,
    sha256 text,
    manifest text,
    problem text,
    ended_at timestamptz
);
create index log_export_agency on log_export (agency_id, id);
create index log_export_state on log_export (state);

grant select, insert, update on log_export to samsyn_service;
