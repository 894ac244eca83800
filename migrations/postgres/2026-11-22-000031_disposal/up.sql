-- What was disposed of in each agency's log: the leaves before `end_position` still prove the log, and
-- what they tell of is not shown there any more. When every log that an entry stands in has disposed
-- of it, its body is erased. Nothing else of the ledger is ever changed.

create table ledger_disposal (
    agency_id uuid not null references agency (id),
    first_position bigint not null,
    end_position bigint not null,
    -- The entry of the act.
    id uuid not null unique,
    at timestamptz not null,
    before timestamptz not null,
    years integer not null,
    reason text not null,
    primary key (agency_id, end_position)
);

create index ledger_leaf_seq on ledger_leaf (seq);

create function ledger_disposal_is_of_old_leaves() returns trigger language plpgsql as $$
begin
    -- By the log's own time: five years are the law's least (HSLF-FS 2016:40 4:9), and no setting and
    -- no clock of a server gets past them.
    if new.first_position is distinct from coalesce(
            (select max(end_position) from ledger_disposal where agency_id = new.agency_id), 0)
        or new.end_position <= new.first_position
        or not coalesce((select time < new.before from ledger_leaf
            where agency_id = new.agency_id and position = new.end_position - 1), false)
        or not coalesce((select new.before <= max(at) - interval '5 years'
            from ledger_checkpoint where agency_id = new.agency_id), false)
    then
        raise exception 'entries this young are not disposed of';
    end if;
    return new;
end
$$;
create trigger ledger_disposal_of_old_leaves before insert on ledger_disposal
    for each row execute function ledger_disposal_is_of_old_leaves();
create trigger ledger_disposal_stays before update or delete or truncate on ledger_disposal
    for each statement execute function ledger_is_append_only();

-- Whether every log that the entry stands in has disposed of it.
create function ledger_entry_is_disposed(entry bigint) returns boolean stable language sql as $$
    select exists (select from ledger_leaf where seq = entry)
        and not exists (select from ledger_pending where seq = entry)
        and not exists (select from ledger_leaf leaf where leaf.seq = entry
            and leaf.position >= coalesce(
                (select max(end_position) from ledger_disposal d
                 where d.agency_id = leaf.agency_id), 0))
$$;

create function ledger_entry_is_only_erased() returns trigger language plpgsql as $$
begin
    if row(new.seq, new.id, new.at) is distinct from row(old.seq, old.id, old.at)
        or length(new.header) > 0 or length(new.records) > 0
        or not ledger_entry_is_disposed(old.seq)
    then
        raise exception 'the ledger is append-only';
    end if;
    return new;
end
$$;
drop trigger ledger_entry_stays on ledger_entry;
create trigger ledger_entry_stays before delete or truncate on ledger_entry
    for each statement execute function ledger_is_append_only();
create trigger ledger_entry_is_erased before update on ledger_entry
    for each row execute function ledger_entry_is_only_erased();

-- The service may not change an entry. This may, with its owner's rights, and does no more than the
-- trigger lets it. Tells how many bodies were erased.
create function ledger_erase(log uuid, first bigint, ending bigint) returns bigint
    security definer set search_path from current language plpgsql as $$
declare
    erased bigint;
begin
    update ledger_entry set header = ''::bytea, records = ''::bytea
        where seq in (select seq from ledger_leaf
                where agency_id = log and position >= first and position < ending)
            and length(header) > 0 and ledger_entry_is_disposed(seq);
    get diagnostics erased = row_count;
    return erased;
end
$$;
revoke all on function ledger_erase(uuid, bigint, bigint) from public;
grant execute on function ledger_erase(uuid, bigint, bigint) to samsyn_service;
grant select, insert on ledger_disposal to samsyn_service;
