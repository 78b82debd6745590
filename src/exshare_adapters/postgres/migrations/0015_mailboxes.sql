-- A mailbox in the activity rests sealed, beside a keyed digest that it is found by. Those that rest in clear are set aside
-- here, for the service to seal with its key before it does anything else; nothing writes to the table of them any more.
-- The personal fields are written into a new table, since a column that is dropped leaves what was in it on the disk.
create table activity_clear (
    seq bigint primary key,
    site text collate "C" not null,
    link text collate "C",
    address text collate "C" not null
);

insert into activity_clear (seq, site, link, address)
select p.seq, p.site, a.link, p.address from activity_personal p join activity a on a.seq = p.seq
where p.address is not null;

alter table activity_personal rename to activity_personal_before;
alter index activity_personal_pkey rename to activity_personal_before_pkey;

create table activity_personal (
    seq bigint primary key,
    site text collate "C" not null,
    at timestamptz not null,
    salt bytea not null,
    network text collate "C",
    account text collate "C",
    mailbox bytea,
    mailbox_digest bytea
);

insert into activity_personal (seq, site, at, salt, network, account)
select seq, site, at, salt, network, account from activity_personal_before;

drop table activity_personal_before;
create index activity_by_network on activity_personal (site, network, at, seq) where network is not null;
create index activity_by_account on activity_personal (site, account, at, seq) where account is not null;
create index activity_by_mailbox on activity_personal (site, mailbox_digest, at, seq) where mailbox_digest is not null;

-- down
-- What is sealed no statement can open: rows with a mailbox lose their personal fields, as the chain allows.
delete from activity_personal where mailbox is not null;
drop index activity_by_mailbox;
alter table activity_personal drop column mailbox_digest;
alter table activity_personal drop column mailbox;
alter table activity_personal add column address text collate "C";
update activity_personal set address = (select c.address from activity_clear c where c.seq = activity_personal.seq);
create index activity_by_address on activity_personal (site, address, at, seq) where address is not null;
drop table activity_clear;
