-- External accounts, the browsers that are signed in with them, and the shares that they have opened.

-- name: add
-- A new account.
insert into accounts (
site, id, digest, address, password_hash, created_at, confirmed_at, disabled, version,
factor_secret, factor_step, factor_since, factor_recovery)
values (
:site, :id, :digest, :address, :password_hash, :created_at, :confirmed_at, :disabled, :version,
:factor_secret, :factor_step, :factor_since, :factor_recovery);

-- name: replace
-- Every field of an account, if the stored version is the one before.
update accounts set
digest = :digest, address = :address, password_hash = :password_hash, created_at = :created_at,
confirmed_at = :confirmed_at, disabled = :disabled, version = :version, factor_secret = :factor_secret,
factor_step = :factor_step, factor_since = :factor_since, factor_recovery = :factor_recovery
where site = :site and id = :id and version = :version - 1;

-- name: get
-- An account by id.
select * from accounts where site = :site and id = :id;

-- name: by_digest
-- An account by the digest of its mailbox.
select * from accounts where site = :site and digest = :digest;

-- name: list
-- The accounts of a site, in the order in which they were made.
select * from accounts where site = :site order by created_at, id;

-- name: delete
-- An account that is no more; what belongs to it goes with the statements below.
delete from accounts where site = :site and id = :account;

-- name: delete_shares
-- The shares of an account.
delete from account_shares where site = :site and account = :account;

-- name: open_session
-- Who is signed in in a browser, in the place of who was before.
insert into account_sessions (session, site, account, name, began_at, seen_at, network)
values (:session, :site, :account, :name, :began_at, :seen_at, :network)
on conflict (session, site) do update set
account = excluded.account, name = excluded.name, began_at = excluded.began_at, seen_at = excluded.seen_at,
network = excluded.network;

-- name: session
-- Who is signed in in a browser.
select * from account_sessions where session = :session and site = :site;

-- name: sessions
-- The sessions of an account, the one that was used last first.
select * from account_sessions where site = :site and account = :account order by seen_at desc, began_at desc;

-- name: touch_session
-- The last use of a session, never moved backwards.
update account_sessions set seen_at = :seen_at, network = :network
where session = :session and site = :site and seen_at < :seen_at;

-- name: close_session
-- A browser that signs out.
delete from account_sessions where session = :session and site = :site;

-- name: close_sessions
-- The sessions of an account, or that of one name, or all but one.
delete from account_sessions
where site = :site and account = :account
and (:name is null or name = :name) and (:but is null or session <> :but);

-- name: forget_proofs
-- What an account proved in the sessions that `close_sessions` closes; to be run before it.
delete from proofs
where site = :site and account = :account
and (:name is null or session in (
select s.session from account_sessions s where s.site = :site and s.account = :account and s.name = :name))
and (:but is null or session <> :but);

-- name: forget_proofs_of_session
-- What the account that is signed in in a browser proved in it; to be run before `close_session`.
delete from proofs
where site = :site and session = :session and account = (
select s.account from account_sessions s where s.session = :session and s.site = :site);

-- name: renew_sessions
-- Who is signed in in a browser whose session's id is renewed.
update account_sessions set session = :session where session = :renews;

-- name: renew_steps
-- The steps of a browser whose session's id is renewed.
update account_steps set session = :session where session = :renews;

-- name: open_step
-- A sign-in that owes a second factor, in the place of another of its browser.
insert into account_steps (session, site, account, began_at) values (:session, :site, :account, :began_at)
on conflict (session, site) do update set account = excluded.account, began_at = excluded.began_at;

-- name: step
-- The step of a browser.
select * from account_steps where session = :session and site = :site;

-- name: close_step
-- A step that is done, or over.
delete from account_steps where session = :session and site = :site;

-- name: close_steps
-- Every step of an account.
delete from account_steps where site = :site and account = :account;

-- name: proofs
-- What an account proved.
select * from proofs where site = :site and account = :account;

-- name: keep_share
-- A share, in the place of an earlier one of the account and the link.
insert into account_shares (site, account, link, segment, opened_at)
values (:site, :account, :link, :segment, :opened_at)
on conflict (site, account, link) do update set segment = excluded.segment, opened_at = excluded.opened_at;

-- name: shares
-- The shares of an account, those opened last first.
select * from account_shares where site = :site and account = :account
order by opened_at desc, link desc limit :limit;

-- name: forget_share
-- A share that its owner does not want to see any more.
delete from account_shares where site = :site and account = :account and link = :link;

-- name: forget_personal
-- The personal fields of what was done with an account; what happened stays.
delete from activity_personal where site = :site and account = :account;
