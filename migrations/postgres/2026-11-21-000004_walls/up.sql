-- The second wall. The service works as a role that owns nothing: it adds to the ledger and can't
-- change it, erases nothing but its own queue and first answers, and sees the areas that the
-- caller's agency works in. A query that forgets its area finds nothing.

do $$
begin
    if not exists (select from pg_roles where rolname = 'samsyn_service') then
        create role samsyn_service nologin;
    end if;
exception
    -- Roles belong to the whole server: another database's migration may make it just now.
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if not pg_has_role(current_user, 'samsyn_service', 'member') then
        execute format('grant samsyn_service to %I', current_user);
    end if;
end
$$;

grant usage on schema public to samsyn_service;
grant select, insert on all tables in schema public to samsyn_service;
revoke all on __diesel_schema_migrations from samsyn_service;
grant update on agency, unit, staff, person, referral, case_file, party, assignment, consent,
    publication, plan to samsyn_service;
grant delete on first_answer, ledger_pending to samsyn_service;

create function areas_of_caller(area uuid) returns boolean language sql stable as $$
    select case current_setting('samsyn.areas', true)
        when '*' then true
        else area = any (nullif(current_setting('samsyn.areas', true), '')::uuid[])
    end
$$;

do $$
declare
    walled text;
begin
    foreach walled in array array[
        'person', 'enrolment', 'custody', 'conflict_of_interest', 'named_handler', 'referral',
        'concern_report', 'case_file', 'party', 'assignment', 'consent', 'consent_answer', 'item',
        'publication', 'plan', 'plan_need', 'plan_goal', 'plan_action', 'plan_confirmation'
    ] loop
        execute format('alter table %I enable row level security', walled);
        execute format(
            'create policy own_areas on %I using (areas_of_caller(area_id)) '
            'with check (areas_of_caller(area_id))', walled);
    end loop;
end
$$;
