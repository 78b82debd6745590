-- External accounts: their mailboxes sealed and found by a keyed digest, the browsers that are signed in with them, and the
-- shares that they have opened.
create table accounts (
    site text not null,
    id text not null,
    digest blob not null,
    address blob not null,
    password_hash text not null,
    created_at integer not null,
    confirmed_at integer not null,
    disabled integer not null,
    version integer not null,
    factor_secret blob,
    factor_step integer,
    factor_since integer,
    factor_recovery text,
    primary key (site, id)
) strict;

create unique index accounts_by_digest on accounts (site, digest);
create index accounts_oldest on accounts (site, created_at, id);

-- The session is that of the visitor's browser, as in visits and proofs; it is renewed with them.
create table account_sessions (
    session blob not null,
    site text not null,
    account text not null,
    name text not null,
    began_at integer not null,
    seen_at integer not null,
    network text,
    primary key (session, site)
) strict;

create index account_sessions_of_account on account_sessions (site, account, seen_at desc, began_at desc);

create table account_steps (
    session blob not null,
    site text not null,
    account text not null,
    began_at integer not null,
    primary key (session, site)
) strict;

create index account_steps_of_account on account_steps (site, account);

create table account_shares (
    site text not null,
    account text not null,
    link text not null,
    segment blob not null,
    opened_at integer not null,
    primary key (site, account, link)
) strict;

create index account_shares_latest on account_shares (site, account, opened_at desc, link desc);
create index account_shares_opened on account_shares (opened_at);

alter table activity add column account text;

-- down
alter table activity drop column account;
drop table account_shares;
drop table account_steps;
drop table account_sessions;
drop table accounts;
