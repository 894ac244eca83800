-- What was disposed of in each agency's log: the leaves before `end_position` still prove the log, and
-- what they tell of is not shown there any more. When every log that an entry stands in has disposed
-- of it, its body is erased. Nothing else of the ledger is ever changed.

create table ledger_disposal (
    agency_id blob not null references agency (id),
    first_position bigint not null,
    end_position bigint not null,
    -- The entry of the act.
    id blob not null unique,
    at text not null,
    before text not null,
    years integer not null,
    reason text not null,
    primary key (agency_id, end_position)
) without rowid;

create index ledger_leaf_seq on ledger_leaf (seq);

-- By the log's own time: five years are the law's least (HSLF-FS 2016:40 4:9), and no setting and no
-- clock of a server gets past them.
create trigger ledger_disposal_is_of_old_leaves before insert on ledger_disposal
when not (
    new.first_position = coalesce(
        (select max(end_position) from ledger_disposal where agency_id = new.agency_id), 0)
    and new.end_position > new.first_position
    and coalesce((select time < new.before from ledger_leaf
        where agency_id = new.agency_id and position = new.end_position - 1), 0)
    and coalesce((select new.before <= strftime('%Y-%m-%dT%H:%M:%S', max(at), '-5 years', '+1 second')
        from ledger_checkpoint where agency_id = new.agency_id), 0)
)
begin select raise(abort, 'entries this young are not disposed of'); end;
create trigger ledger_disposal_is_not_changed before update on ledger_disposal
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_disposal_is_not_removed before delete on ledger_disposal
begin select raise(abort, 'the ledger is append-only'); end;

-- An entry's body is erased when every log that it stands in has disposed of it.
drop trigger ledger_entry_is_not_changed;
create trigger ledger_entry_is_not_changed before update on ledger_entry
when not (
    new.seq is old.seq and new.id is old.id and new.at is old.at
    and length(new.header) = 0 and length(new.records) = 0
    and exists (select 1 from ledger_leaf where seq = old.seq)
    and not exists (select 1 from ledger_pending where seq = old.seq)
    and not exists (select 1 from ledger_leaf leaf where leaf.seq = old.seq
        and leaf.position >= coalesce(
            (select max(end_position) from ledger_disposal d
             where d.agency_id = leaf.agency_id), 0))
)
begin select raise(abort, 'the ledger is append-only'); end;
