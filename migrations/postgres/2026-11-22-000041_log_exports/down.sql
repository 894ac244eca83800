drop table log_export;
