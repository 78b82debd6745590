-- Browsers that left to sign in elsewhere and have not come back.

-- name: add
-- A departure.
insert into departures (digest, site, browser, provider, kept, expires_at)
values (%(digest)s, %(site)s, %(browser)s, %(provider)s, %(kept)s, %(expires_at)s);

-- name: take
-- The departure of this browser, erased, while it is good.
delete from departures where digest = %(digest)s and browser = %(browser)s and expires_at > %(at)s returning *;
