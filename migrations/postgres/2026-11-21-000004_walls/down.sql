do $$
declare
    walled text;
begin
    foreach walled in array array[
        'person', 'enrolment', 'custody', 'conflict_of_interest', 'named_handler', 'referral',
        'concern_report', 'case_file', 'party', 'assignment', 'consent', 'consent_answer', 'item',
        'publication', 'plan', 'plan_need', 'plan_goal', 'plan_action', 'plan_confirmation'
    ] loop
        execute format('drop policy own_areas on %I', walled);
        execute format('alter table %I disable row level security', walled);
    end loop;
end
$$;
drop function areas_of_caller;
revoke all on all tables in schema public from samsyn_service;
revoke usage on schema public from samsyn_service;
