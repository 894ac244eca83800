update plan set state = 'draft' where state not in ('draft', 'active');
alter table plan_action drop column evidence;
alter table plan drop column crisis;
alter table plan drop column revision;
alter table plan drop column interrupted_from;
