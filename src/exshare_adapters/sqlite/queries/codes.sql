-- Pending one-time codes.

-- name: ask
-- A code in the place of an earlier one; the count of an earlier one that has not expired is kept.
insert into codes (site, link, session, address_digest, code_digest, tries, expires_at)
values (:site, :link, :session, :address_digest, :code_digest, :tries, :expires_at)
on conflict (site, link, session) do update set
address_digest = excluded.address_digest, code_digest = excluded.code_digest,
tries = case when codes.expires_at > :at then codes.tries else excluded.tries end,
expires_at = excluded.expires_at
returning tries;

-- name: take
-- The pending code, erased, when everything about it is right.
delete from codes
where site = :site and link = :link and session = :session
and code_digest = :code_digest and expires_at > :at and tries < :most
returning *;

-- name: count_wrong
-- One more wrong try.
update codes set tries = tries + 1 where site = :site and link = :link and session = :session;
