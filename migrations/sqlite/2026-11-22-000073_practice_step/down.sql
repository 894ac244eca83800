drop table practice_step;
