-- Keys with which programs act for members.

-- part: key
site, id, member, name, digest, operations as operations, networks as networks, created_at, valid_from, valid_until,
revoked_at, uses, last_used_at

-- name: add
-- A new key.
insert into api_keys (
site, id, member, name, digest, operations, networks, created_at, valid_from, valid_until, revoked_at, uses,
last_used_at)
values (%(site)s, %(id)s, %(member)s, %(name)s, %(digest)s, %(operations)s, %(networks)s,
%(created_at)s, %(valid_from)s, %(valid_until)s, %(revoked_at)s, %(uses)s, %(last_used_at)s);

-- name: get
-- One key of a site.
select {{key}} from api_keys where site = %(site)s and id = %(id)s;

-- name: by_digest
-- The key with a digest.
select {{key}} from api_keys where digest = %(digest)s;

-- name: list
-- The keys of a member, newest first.
select {{key}} from api_keys where site = %(site)s and member = %(member)s
order by created_at desc, id desc;

-- name: revoke
-- A key that is worth nothing any more, unless it is so already.
update api_keys set revoked_at = %(at)s where site = %(site)s and id = %(id)s and revoked_at is null;

-- name: use
-- One more use, and the number of them since an instant.
update api_keys set uses = uses + 1, last_used_at = greatest(last_used_at, %(at)s),
counted = case when counted_since = %(since)s then counted + 1 else 1 end, counted_since = %(since)s
where site = %(site)s and id = %(id)s
returning counted;

-- name: first
-- The first fingerprint of a request; one that is not kept any more makes way.
insert into api_requests (site, key, request, fingerprint, kept_until)
values (%(site)s, %(key)s, %(request)s, %(fingerprint)s, %(until)s)
on conflict (site, key, request) do update set
fingerprint = case when api_requests.kept_until <= %(at)s then excluded.fingerprint else api_requests.fingerprint end,
kept_until = case when api_requests.kept_until <= %(at)s then excluded.kept_until else api_requests.kept_until end
returning fingerprint;
