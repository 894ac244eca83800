-- What waits to become a leaf is written with its entry, in one statement that gives it the entry's
-- number; entries are never removed, nor are agencies. To look both up again for each row took two
-- thirds of the time of writing an entry, and locked the agency's row. A leaf still refers to both:
-- what pointed nowhere could not become one.
alter table ledger_pending drop constraint ledger_pending_agency_id_fkey;
alter table ledger_pending drop constraint ledger_pending_seq_fkey;
