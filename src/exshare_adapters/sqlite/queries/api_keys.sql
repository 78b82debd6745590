-- Keys with which programs act for members.

-- part: key
site, id, member, name, digest, operations as operations, networks as networks, created_at, valid_from, valid_until,
revoked_at, uses, last_used_at

-- name: add
-- A new key.
insert into api_keys (
site, id, member, name, digest, operations, networks, created_at, valid_from, valid_until, revoked_at, uses,
last_used_at)
values (:site, :id, :member, :name, :digest, :operations, :networks,
:created_at, :valid_from, :valid_until, :revoked_at, :uses, :last_used_at);

-- name: get
-- One key of a site.
select {{key}} from api_keys where site = :site and id = :id;

-- name: by_digest
-- The key with a digest.
select {{key}} from api_keys where digest = :digest;

-- name: list
-- The keys of a member, newest first.
select {{key}} from api_keys where site = :site and member = :member
order by created_at desc, id desc;

-- name: revoke
-- A key that is worth nothing any more, unless it is so already.
update api_keys set revoked_at = :at where site = :site and id = :id and revoked_at is null;

-- name: use
-- One more use, and the number of them since an instant.
update api_keys set uses = uses + 1, last_used_at = max(coalesce(last_used_at, :at), :at),
counted = case when counted_since = :since then counted + 1 else 1 end, counted_since = :since
where site = :site and id = :id
returning counted;

-- name: first
-- The first fingerprint of a request; one that is not kept any more makes way.
insert into api_requests (site, key, request, fingerprint, kept_until)
values (:site, :key, :request, :fingerprint, :until)
on conflict (site, key, request) do update set
fingerprint = case when api_requests.kept_until <= :at then excluded.fingerprint else api_requests.fingerprint end,
kept_until = case when api_requests.kept_until <= :at then excluded.kept_until else api_requests.kept_until end
returning fingerprint;
