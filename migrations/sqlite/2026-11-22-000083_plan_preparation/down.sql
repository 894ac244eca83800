drop table plan_preparation;
