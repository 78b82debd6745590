-- The chain over the activity of each site, and what takes old rows out of it.

-- name: waiting
-- The sites with rows that are not sealed.
select distinct site from activity_unsealed order by site;

-- name: unsealed
-- Rows of a site that wait for a seal, in the order in which they were written.
select a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.salt, p.network, p.mailbox, p.mailbox_digest, p.account
from activity_unsealed u join activity a on a.seq = u.seq left join activity_personal p on p.seq = u.seq
where u.site = :site order by u.seq limit :limit;

-- name: seal
-- One seal.
insert into activity_seals (site, number, seq, at, commitment, digest, hash)
values (:site, :number, :seq, :at, :commitment, :digest, :hash);

-- name: sealed
-- A row that does not wait any more.
delete from activity_unsealed where seq = :seq;

-- name: head
-- The last seal of a site.
select site, number, at, hash from activity_seals where site = :site order by number desc limit 1;

-- name: anchor
-- The last row of a site that has gone with all before it.
select site, number, at, hash from activity_anchors where site = :site;

-- name: backlog
-- How many rows of a site wait for a seal, and when the oldest of them happened.
select count(*) as waiting, min(a.at) as since from activity_unsealed u join activity a on a.seq = u.seq where u.site = :site;

-- name: links
-- Seals in the order of their numbers, each with what is left of its row.
select s.site as seal_site, s.number, s.at as seal_at, s.commitment, s.digest, s.hash,
    a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.salt, p.network, p.mailbox, p.mailbox_digest, p.account
from activity_seals s left join activity a on a.seq = s.seq left join activity_personal p on p.seq = s.seq
where s.site = :site and s.number > :after order by s.number limit :limit;

-- name: strays
-- The next rows in the order of time: which have no seal and do not wait for one.
select a.at, a.seq, s.seq is null and u.seq is null as stray
from activity a left join activity_seals s on s.seq = a.seq left join activity_unsealed u on u.seq = a.seq
where a.site = :site and (a.at, a.seq) > (:at, :row) order by a.at, a.seq limit :limit;

-- name: old
-- Rows that are too old.
select seq from activity where site = :site and at <= :until order by at limit :limit;

-- name: forget
-- One of them.
delete from activity where seq = :seq;

-- name: forget_personal
-- Its personal fields.
delete from activity_personal where seq = :seq;

-- name: forget_waiting
-- Its place in the queue.
delete from activity_unsealed where seq = :seq;

-- name: first_kept
-- The first seal that must stay: its row is there, or had not grown old when it was gone.
select s.number from activity_seals s
where s.site = :site and (s.at > :until or exists (select 1 from activity a where a.seq = s.seq))
order by s.number limit 1;

-- name: last_gone
-- The last seal before that.
select site, number, at, hash from activity_seals where site = :site and number < :first order by number desc limit 1;

-- name: set_anchor
-- Remember it.
insert into activity_anchors (site, number, at, hash) values (:site, :number, :at, :hash)
on conflict (site) do update set number = excluded.number, at = excluded.at, hash = excluded.hash;

-- name: drop_seals
-- And forget the seals up to it.
delete from activity_seals where site = :site and number <= :number;
