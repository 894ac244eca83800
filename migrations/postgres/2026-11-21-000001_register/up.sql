-- Who there is: areas, agencies, units, staff, persons. It comes from the authorities' registers.

create table area (
    id uuid primary key,
    name text not null
);

create table agency (
    id uuid primary key,
    kind text not null,
    public boolean not null,
    name text not null,
    mission text not null
);

-- A region's units work in many areas; its log is one.
create table agency_area (
    agency_id uuid not null references agency (id),
    area_id uuid not null references area (id),
    primary key (agency_id, area_id)
);

create table unit (
    id uuid primary key,
    agency_id uuid not null references agency (id),
    kind text not null,
    regime text not null,
    name text not null,
    mission text not null
);
create index unit_agency on unit (agency_id);

-- A school social team serves several schools.
create table unit_serves (
    unit_id uuid not null references unit (id),
    served_id uuid not null references unit (id),
    primary key (unit_id, served_id)
);

create table staff (
    id uuid primary key,
    agency_id uuid not null references agency (id),
    issuer text not null,
    subject text not null,
    name text not null,
    unique (issuer, subject)
);

-- What somebody does at a unit, from day to day (SS 12000: duty).
create table duty (
    id uuid primary key,
    staff_id uuid not null references staff (id),
    unit_id uuid not null references unit (id),
    role text not null,
    from_date date not null,
    to_date date
);
create index duty_staff on duty (staff_id);

-- A child, a guardian. `version` grows with every change that concerns the child; a read is only
-- recorded if it has not moved since the read's facts were gathered.
create table person (
    id uuid primary key,
    area_id uuid not null references area (id),
    display_name text not null,
    birth_date date,
    expected_birth date,
    protection text not null,
    version bigint not null
);

-- The vault: the number sealed, found by a keyed digest only.
create table identity_number (
    digest bytea primary key,
    area_id uuid not null references area (id),
    person_id uuid not null references person (id),
    scheme text not null,
    sealed bytea not null
);

create table enrolment (
    id uuid primary key,
    area_id uuid not null references area (id),
    child_id uuid not null references person (id),
    unit_id uuid not null references unit (id),
    from_date date not null,
    to_date date
);
create index enrolment_child on enrolment (child_id);

create table custody (
    id uuid primary key,
    area_id uuid not null references area (id),
    child_id uuid not null references person (id),
    guardian_id uuid not null references person (id),
    from_date date not null,
    to_date date
);
create index custody_child on custody (child_id);

-- FL 16 §: who may not act for a child because of what they are to each other.
create table conflict_of_interest (
    staff_id uuid not null references staff (id),
    person_id uuid not null references person (id),
    area_id uuid not null references area (id),
    primary key (staff_id, person_id)
);

-- The few who handle a child with a protected identity.
create table named_handler (
    staff_id uuid not null references staff (id),
    person_id uuid not null references person (id),
    area_id uuid not null references area (id),
    primary key (staff_id, person_id)
);

-- What this database is, for example that `demo` made it.
create table about (
    name text primary key,
    value text not null
);

-- The log of what concerns no agency belongs to whoever runs the server.
insert into agency (id, kind, public, name, mission) values
    ('00000000-0000-8000-8000-000000000001', 'host', false, 'Driften', 'Kör tjänsten och läser inget innehåll.');
