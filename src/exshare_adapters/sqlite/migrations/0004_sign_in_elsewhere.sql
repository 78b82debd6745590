-- Members who sign in at an identity provider, and browsers that have left to sign in there.
alter table members add column issuer text;
alter table members add column subject text;
alter table members add column claimed_groups text;
create unique index members_by_subject on members (issuer, subject, coalesce(site, '')) where subject is not null;
create index members_by_identity on members (site, identity) where subject is null;

create table departures (
    digest blob primary key not null,
    site text not null,
    browser blob not null,
    provider text not null,
    kept blob not null,
    expires_at integer not null
) strict;

create index departures_by_expiry on departures (expires_at);

-- down
drop table departures;
drop index members_by_identity;
drop index members_by_subject;
alter table members drop column claimed_groups;
alter table members drop column subject;
alter table members drop column issuer;
