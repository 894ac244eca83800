-- What happens to the service itself.

-- Each set of rules that has decided, by the digest that entries name it by.
create table policy_text (
    digest text primary key,
    at timestamptz not null,
    text text not null
);

-- Starts (`start`) and stops (`stop`) of servers, each with its entry's id, and starts of which a
-- later one found no stop (`missed`). A run is called by the entry of its start.
create table service_event (
    id uuid primary key,
    at timestamptz not null,
    kind text not null,
    run_id uuid not null,
    policy text not null references policy_text (digest),
    settings text not null
);
create index service_event_run on service_event (run_id);

create trigger policy_text_stays before update or delete or truncate on policy_text
    for each statement execute function ledger_is_append_only();
create trigger service_event_stays before update or delete or truncate on service_event
    for each statement execute function ledger_is_append_only();

grant select, insert on policy_text, service_event to samsyn_service;
