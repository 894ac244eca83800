-- A plan's way through its states. What was begun before keeps its state; what somebody had confirmed
-- was on its way to become active.
alter table plan add column interrupted_from text;
alter table plan add column revision integer not null default 1;
-- What is done in a crisis, and by whom.
alter table plan add column crisis text;
-- How one will see that an action has had its effect.
alter table plan_action add column evidence text;

update plan set state = 'confirming' where state = 'draft' and exists (
    select 1 from plan_confirmation
    where plan_confirmation.plan_id = plan.id and plan_confirmation.plan_version = plan.version
);
