-- A mailbox in the activity rests sealed, beside a keyed digest that it is found by. Those that rest in clear are set aside
-- here, for the service to seal with its key before it does anything else; nothing writes to the table of them any more.
create table activity_clear (
    seq integer primary key not null,
    site text not null,
    link text,
    address text not null
) strict;

insert into activity_clear (seq, site, link, address)
select p.seq, p.site, a.link, p.address from activity_personal p join activity a on a.seq = p.seq
where p.address is not null;

drop index activity_by_address;
alter table activity_personal drop column address;
alter table activity_personal add column mailbox blob;
alter table activity_personal add column mailbox_digest blob;
create index activity_by_mailbox on activity_personal (site, mailbox_digest, at, seq) where mailbox_digest is not null;

-- down
-- What is sealed no statement can open: rows with a mailbox lose their personal fields, as the chain allows.
delete from activity_personal where mailbox is not null;
drop index activity_by_mailbox;
alter table activity_personal drop column mailbox_digest;
alter table activity_personal drop column mailbox;
alter table activity_personal add column address text;
update activity_personal set address = (select c.address from activity_clear c where c.seq = activity_personal.seq);
create index activity_by_address on activity_personal (site, address, at, seq) where address is not null;
drop table activity_clear;
