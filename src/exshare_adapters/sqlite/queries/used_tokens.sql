-- Tokens that were good once.

-- name: used
-- The token, if it has been used.
select until from used_tokens where site = :site and digest = :digest;

-- name: use
-- A token that is used now; nothing for one that was used before.
insert into used_tokens (site, digest, until) values (:site, :digest, :until)
on conflict do nothing;
