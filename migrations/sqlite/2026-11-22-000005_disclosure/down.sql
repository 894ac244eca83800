drop index ledger_entry_id;
drop table notice;
drop table break_glass_review;
drop table break_glass;
drop table information_request;
drop table opened;
drop table item_block;
drop table item_addendum;
drop table guardian_bar;
drop table power;
drop table maturity_assessment;
create table publication_old (
    id blob primary key,
    area_id blob not null references area (id),
    item_id blob not null references item (id),
    unit_id blob not null references unit (id),
    roles text not null,
    legal_ground text not null,
    reason text,
    consent_id blob references consent (id),
    published_by_id blob not null references staff (id),
    published_at text not null,
    revoked_at text
);
insert into publication_old
    select id, area_id, item_id, unit_id, roles, legal_ground, reason, consent_id, published_by_id, published_at, revoked_at
    from publication where unit_id is not null;
drop table publication;
alter table publication_old rename to publication;
create index publication_item on publication (item_id);
alter table custody drop column kind;
alter table conflict_of_interest drop column kind;
alter table case_file drop column closed_at;
alter table case_file drop column closed_because;
alter table case_file drop column closed_note;
alter table case_file drop column closed_by_id;
alter table assignment drop column substitute;
alter table consent drop column kind;
alter table consent drop column explained;
alter table consent drop column with_assessment;
alter table consent drop column suitable_because;
alter table consent drop column urgent_because;
alter table consent drop column far_reaching;
alter table consent_answer drop column evidence;
alter table consent_answer drop column reason;
alter table consent_answer drop column by_id;
alter table consent_answer drop column categories;
alter table item drop column safety;
alter table item drop column confidential;
