drop table access_extract_decision;
drop table access_extract;
