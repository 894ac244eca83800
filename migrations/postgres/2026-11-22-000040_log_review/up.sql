-- Reviews of an agency's log (HSLF-FS 2016:40 4:9): what was drawn, what was found, what was done.
-- All of it is only ever added. None of it names a child: the rows hang on an agency's log.

create table log_review (
    id uuid primary key,
    agency_id uuid not null references agency (id),
    name text not null,
    reason text not null,
    -- The number of the matter, where the review is about one child.
    matter text,
    -- The period, and the leaves that lie in it: the end ones are not in it.
    from_at timestamptz not null,
    to_at timestamptz not null,
    first_leaf bigint not null,
    end_leaf bigint not null,
    -- How long the log was, and the checkpoint that says so.
    size bigint not null,
    checkpoint text not null,
    -- Seed, rules and limits, as canonical JSON: with them anybody draws the same from an export.
    terms text not null,
    drawn_by_id uuid not null references staff (id),
    drawn_at timestamptz not null
);
create index log_review_agency on log_review (agency_id, id);

-- What each rule came to. The places are kept of rules that rest on the register, which changes.
create table log_review_rule (
    review_id uuid not null references log_review (id),
    rule text not null,
    candidates bigint not null,
    drawn bigint not null,
    places jsonb not null,
    primary key (review_id, rule)
);

-- The entries that were drawn, and by which rules.
create table log_review_entry (
    review_id uuid not null references log_review (id),
    entry_id uuid not null,
    leaf bigint not null,
    rules jsonb not null,
    actor_id uuid,
    primary key (review_id, entry_id)
);

-- The newest finding on an entry counts.
create table log_finding (
    id uuid primary key,
    review_id uuid not null,
    entry_id uuid not null,
    finding text not null,
    note text not null,
    measures jsonb not null,
    found_by_id uuid not null references staff (id),
    found_at timestamptz not null,
    foreign key (review_id, entry_id) references log_review_entry (review_id, entry_id)
);
create index log_finding_review on log_finding (review_id, entry_id);

create table log_review_end (
    review_id uuid primary key references log_review (id),
    note text,
    closed_by_id uuid not null references staff (id),
    closed_at timestamptz not null
);

grant select, insert on log_review, log_review_rule, log_review_entry, log_finding, log_review_end
    to samsyn_service;
