drop table event_choice;
