-- Tokens of signed visitors that have been used, until they have expired.
create table used_tokens (
    site text not null,
    digest blob not null,
    until integer not null,
    primary key (site, digest)
) strict, without rowid;

create index used_tokens_by_end on used_tokens (until);

-- down
drop table used_tokens;
