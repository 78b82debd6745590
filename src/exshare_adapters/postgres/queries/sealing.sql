-- The chain over the activity of each site, and what takes old rows out of it.

-- name: lock
-- Whether this transaction alone may seal the site; ends with it.
select pg_try_advisory_xact_lock(hashtextextended('exshare.activity ' || %(site)s::text, 0)) as alone;

-- name: waiting
-- The sites with rows that are not sealed.
select distinct site from activity_unsealed order by site;

-- name: unsealed
-- Rows of a site that wait for a seal, in the order in which they were written.
select a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.salt, p.network, p.mailbox, p.mailbox_digest, p.account
from activity_unsealed u join activity a on a.seq = u.seq left join activity_personal p on p.seq = u.seq
where u.site = %(site)s order by u.seq limit %(limit)s;

-- name: seal
-- One seal.
insert into activity_seals (site, number, seq, at, commitment, digest, hash)
values (%(site)s, %(number)s, %(seq)s, %(at)s, %(commitment)s, %(digest)s, %(hash)s);

-- name: sealed
-- A row that does not wait any more.
delete from activity_unsealed where seq = %(seq)s;

-- name: head
-- The last seal of a site.
select site, number, at, hash from activity_seals where site = %(site)s order by number desc limit 1;

-- name: anchor
-- The last row of a site that has gone with all before it.
select site, number, at, hash from activity_anchors where site = %(site)s;

-- name: backlog
-- How many rows of a site wait for a seal, and when the oldest of them happened.
select count(*) as waiting, min(a.at) as since from activity_unsealed u join activity a on a.seq = u.seq where u.site = %(site)s;

-- name: links
-- Seals in the order of their numbers, each with what is left of its row.
select s.site as seal_site, s.number, s.at as seal_at, s.commitment, s.digest, s.hash,
    a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.salt, p.network, p.mailbox, p.mailbox_digest, p.account
from activity_seals s left join activity a on a.seq = s.seq left join activity_personal p on p.seq = s.seq
where s.site = %(site)s and s.number > %(after)s order by s.number limit %(limit)s;

-- name: strays
-- The next rows in the order of time: which have no seal and do not wait for one.
select a.at, a.seq, s.seq is null and u.seq is null as stray
from activity a left join activity_seals s on s.seq = a.seq left join activity_unsealed u on u.seq = a.seq
where a.site = %(site)s and (a.at, a.seq) > (%(at)s, %(row)s) order by a.at, a.seq limit %(limit)s;

-- name: forget
-- Rows that are too old, with everything that stands beside them; how many.
with gone as (
    delete from activity where seq in (
        select seq from activity where site = %(site)s and at <= %(until)s order by at limit %(limit)s
    ) returning seq
), personal as (
    delete from activity_personal using gone where activity_personal.seq = gone.seq
), waiting as (
    delete from activity_unsealed using gone where activity_unsealed.seq = gone.seq
)
select count(*) as removed from gone;

-- name: first_kept
-- The first seal that must stay: its row is there, or had not grown old when it was gone.
select s.number from activity_seals s
where s.site = %(site)s and (s.at > %(until)s or exists (select 1 from activity a where a.seq = s.seq))
order by s.number limit 1;

-- name: last_gone
-- The last seal before that.
select site, number, at, hash from activity_seals where site = %(site)s and number < %(first)s order by number desc limit 1;

-- name: set_anchor
-- Remember it.
insert into activity_anchors (site, number, at, hash) values (%(site)s, %(number)s, %(at)s, %(hash)s)
on conflict (site) do update set number = excluded.number, at = excluded.at, hash = excluded.hash;

-- name: drop_seals
-- And forget the seals up to it.
delete from activity_seals where site = %(site)s and number <= %(number)s;
