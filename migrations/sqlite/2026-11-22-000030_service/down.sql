drop table service_event;
drop table policy_text;
