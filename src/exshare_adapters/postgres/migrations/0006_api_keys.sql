-- Keys with which programs act for members. A key is found by the digest of its secret part, on whatever site.
create table api_keys (
    site text collate "C" not null,
    id text collate "C" not null,
    member text collate "C" not null,
    name text collate "C" not null,
    digest bytea not null unique,
    operations jsonb not null,
    networks jsonb,
    created_at timestamptz not null,
    valid_from timestamptz,
    valid_until timestamptz,
    revoked_at timestamptz,
    uses integer not null default 0,
    last_used_at timestamptz,
    counted_since timestamptz,
    counted integer not null default 0,
    primary key (site, id)
);

create index api_keys_of_member on api_keys (site, member, created_at desc, id desc);

-- What a program asked first under a name that it gave to the request, so that a repeat is known.
create table api_requests (
    site text collate "C" not null,
    key text collate "C" not null,
    request bytea not null,
    fingerprint bytea not null,
    kept_until timestamptz not null,
    primary key (site, key, request)
);

create index api_requests_kept on api_requests (kept_until);

-- down
drop table api_requests;
drop table api_keys;
