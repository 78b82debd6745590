-- Keys with which programs act for members. A key is found by the digest of its secret part, on whatever site.
create table api_keys (
    site text not null,
    id text not null,
    member text not null,
    name text not null,
    digest blob not null unique,
    operations text not null,
    networks text,
    created_at integer not null,
    valid_from integer,
    valid_until integer,
    revoked_at integer,
    uses integer not null default 0,
    last_used_at integer,
    counted_since integer,
    counted integer not null default 0,
    primary key (site, id)
) strict;

create index api_keys_of_member on api_keys (site, member, created_at desc, id desc);

-- What a program asked first under a name that it gave to the request, so that a repeat is known.
create table api_requests (
    site text not null,
    key text not null,
    request blob not null,
    fingerprint blob not null,
    kept_until integer not null,
    primary key (site, key, request)
) strict;

create index api_requests_kept on api_requests (kept_until);

-- down
drop table api_requests;
drop table api_keys;
