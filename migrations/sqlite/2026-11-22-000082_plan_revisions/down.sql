drop table plan_turn;
drop table plan_goal_outcome;
drop table plan_revision;
alter table plan_action drop column until;
alter table plan_action drop column since;
alter table plan_goal drop column until;
alter table plan_goal drop column since;
alter table plan_need drop column until;
alter table plan_need drop column since;
