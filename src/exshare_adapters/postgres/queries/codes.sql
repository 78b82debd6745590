-- Pending one-time codes.

-- name: ask
-- A code in the place of an earlier one; the count of an earlier one that has not expired is kept.
insert into codes (site, link, session, address_digest, code_digest, tries, expires_at)
values (%(site)s, %(link)s, %(session)s, %(address_digest)s, %(code_digest)s, %(tries)s, %(expires_at)s)
on conflict (site, link, session) do update set
address_digest = excluded.address_digest, code_digest = excluded.code_digest,
tries = case when codes.expires_at > %(at)s then codes.tries else excluded.tries end,
expires_at = excluded.expires_at
returning codes.tries;

-- name: hold
-- The lock on a pending code: tries are counted one after the other, however many come at once.
select 1 as held from codes where site = %(site)s and link = %(link)s and session = %(session)s for update;

-- name: take
-- The pending code, erased, when everything about it is right.
delete from codes
where site = %(site)s and link = %(link)s and session = %(session)s
and code_digest = %(code_digest)s and expires_at > %(at)s and tries < %(most)s
returning *;

-- name: count_wrong
-- One more wrong try.
update codes set tries = tries + 1 where site = %(site)s and link = %(link)s and session = %(session)s;
