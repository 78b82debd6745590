-- Personal fields stand beside the activity, each with a random salt; seals number the rows of a site and hold them in a
-- chain (spec M4); a row knows its space. What failed behind the ports lately is counted by the minute (spec M9).
create table activity_personal (
    seq integer primary key not null,
    site text not null,
    at integer not null,
    salt blob not null,
    network text,
    address text,
    account text
) strict;

insert into activity_personal (seq, site, at, salt, network, address, account)
select seq, site, at, randomblob(32), network, address, account from activity
where coalesce(network, address, account) is not null;

create index activity_by_network on activity_personal (site, network, at, seq) where network is not null;
create index activity_by_address on activity_personal (site, address, at, seq) where address is not null;
create index activity_by_account on activity_personal (site, account, at, seq) where account is not null;

drop index activity_of_link;
alter table activity drop column network;
alter table activity drop column address;
alter table activity drop column account;
alter table activity add column space text;
update activity set space = (select upper(l.space) from links l where l.site = activity.site and l.id = activity.link)
where link is not null;

create index activity_newest on activity (site, at, seq);
create index activity_by_kind on activity (site, kind, at, seq);
create index activity_by_link on activity (site, link, at, seq) where link is not null;
create index activity_by_space on activity (site, space, at, seq) where space is not null;
create index activity_by_page on activity (site, page, at, seq) where page is not null;
create index activity_by_member on activity (site, member, at, seq) where member is not null;

-- Rows that are committed and not sealed yet.
create table activity_unsealed (
    seq integer primary key not null,
    site text not null
) strict;

insert into activity_unsealed (seq, site) select seq, site from activity;

create table activity_seals (
    site text not null,
    number integer not null,
    seq integer not null unique,
    at integer not null,
    commitment blob,
    digest blob not null,
    hash blob not null,
    primary key (site, number)
) strict;

-- The last row of each site that has gone with all before it.
create table activity_anchors (
    site text primary key not null,
    number integer not null,
    at integer not null,
    hash blob not null
) strict;

create table failures (
    site text not null,
    minute integer not null,
    port text not null,
    operation text not null,
    outcome text not null,
    count integer not null,
    primary key (site, minute, port, operation, outcome)
) strict;

-- down
drop table failures;
drop table activity_anchors;
drop table activity_seals;
drop table activity_unsealed;
drop index activity_by_member;
drop index activity_by_page;
drop index activity_by_space;
drop index activity_by_link;
drop index activity_by_kind;
drop index activity_newest;
alter table activity drop column space;
alter table activity add column network text;
alter table activity add column address text;
alter table activity add column account text;
update activity set
    network = (select p.network from activity_personal p where p.seq = activity.seq),
    address = (select p.address from activity_personal p where p.seq = activity.seq),
    account = (select p.account from activity_personal p where p.seq = activity.seq);
create index activity_of_link on activity (site, link, seq desc);
drop table activity_personal;
