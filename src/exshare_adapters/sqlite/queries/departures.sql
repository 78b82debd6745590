-- Browsers that left to sign in elsewhere and have not come back.

-- name: add
-- A departure.
insert into departures (digest, site, browser, provider, kept, expires_at)
values (:digest, :site, :browser, :provider, :kept, :expires_at);

-- name: take
-- The departure of this browser, erased, while it is good.
delete from departures where digest = :digest and browser = :browser and expires_at > :at returning *;
