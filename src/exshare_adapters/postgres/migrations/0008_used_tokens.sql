-- Tokens of signed visitors that have been used, until they have expired.
create table used_tokens (
    site text collate "C" not null,
    digest bytea not null,
    until timestamptz not null,
    primary key (site, digest)
);

create index used_tokens_by_end on used_tokens (until);

-- down
drop table used_tokens;
