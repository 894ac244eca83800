drop table log_review_end;
drop table log_finding;
drop table log_review_entry;
drop table log_review_rule;
drop table log_review;
