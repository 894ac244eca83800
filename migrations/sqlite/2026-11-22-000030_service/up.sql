-- What happens to the service itself.

-- Each set of rules that has decided, by the digest that entries name it by.
create table policy_text (
    digest text primary key,
    at text not null,
    text text not null
);

-- Starts (`start`) and stops (`stop`) of servers, each with its entry's id, and starts of which a
-- later one found no stop (`missed`). A run is called by the entry of its start.
create table service_event (
    id blob primary key,
    at text not null,
    kind text not null,
    run_id blob not null,
    policy text not null references policy_text (digest),
    settings text not null
);
create index service_event_run on service_event (run_id);

create trigger policy_text_is_not_changed before update on policy_text
begin select raise(abort, 'the ledger is append-only'); end;
create trigger policy_text_is_not_removed before delete on policy_text
begin select raise(abort, 'the ledger is append-only'); end;
create trigger service_event_is_not_changed before update on service_event
begin select raise(abort, 'the ledger is append-only'); end;
create trigger service_event_is_not_removed before delete on service_event
begin select raise(abort, 'the ledger is append-only'); end;
