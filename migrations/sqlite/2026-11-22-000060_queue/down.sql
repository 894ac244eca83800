-- Only PostgreSQL looks up what a queued entry refers to at a price that shows.
select 1;
