-- External accounts: their mailboxes sealed and found by a keyed digest, the browsers that are signed in with them, and the
-- shares that they have opened.
create table accounts (
    site text collate "C" not null,
    id text collate "C" not null,
    digest bytea not null,
    address bytea not null,
    password_hash text collate "C" not null,
    created_at timestamptz not null,
    confirmed_at timestamptz not null,
    disabled boolean not null,
    version integer not null,
    factor_secret bytea,
    factor_step bigint,
    factor_since timestamptz,
    factor_recovery text collate "C",
    primary key (site, id)
);

create unique index accounts_by_digest on accounts (site, digest);
create index accounts_oldest on accounts (site, created_at, id);

-- The session is that of the visitor's browser, as in visits and proofs; it is renewed with them.
create table account_sessions (
    session bytea not null,
    site text collate "C" not null,
    account text collate "C" not null,
    name text collate "C" not null,
    began_at timestamptz not null,
    seen_at timestamptz not null,
    network text collate "C",
    primary key (session, site)
);

create index account_sessions_of_account on account_sessions (site, account, seen_at desc, began_at desc);

create table account_steps (
    session bytea not null,
    site text collate "C" not null,
    account text collate "C" not null,
    began_at timestamptz not null,
    primary key (session, site)
);

create index account_steps_of_account on account_steps (site, account);

create table account_shares (
    site text collate "C" not null,
    account text collate "C" not null,
    link text collate "C" not null,
    segment bytea not null,
    opened_at timestamptz not null,
    primary key (site, account, link)
);

create index account_shares_latest on account_shares (site, account, opened_at desc, link desc);
create index account_shares_opened on account_shares (opened_at);

alter table activity add column account text collate "C";

-- down
alter table activity drop column account;
drop table account_shares;
drop table account_steps;
drop table account_sessions;
drop table accounts;
