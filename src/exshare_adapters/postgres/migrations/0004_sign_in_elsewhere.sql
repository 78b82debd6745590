-- Members who sign in at an identity provider, and browsers that have left to sign in there.
alter table members add column issuer text collate "C";
alter table members add column subject text collate "C";
alter table members add column claimed_groups text collate "C";
create unique index members_by_subject on members (issuer, subject, coalesce(site, '')) where subject is not null;
create index members_by_identity on members (site, identity) where subject is null;

create table departures (
    digest bytea primary key not null,
    site text collate "C" not null,
    browser bytea not null,
    provider text collate "C" not null,
    kept bytea not null,
    expires_at timestamptz not null
);

create index departures_by_expiry on departures (expires_at);

-- down
drop table departures;
drop index members_by_identity;
drop index members_by_subject;
alter table members drop column claimed_groups;
alter table members drop column subject;
alter table members drop column issuer;
