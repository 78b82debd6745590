-- Local members, their sessions, and their sign-ins that owe a second factor.

-- name: name_in_use
-- Whether another member answers to a name on the same site; a member of all sites is on every site.
select 1 as used from members
where name_key = :name_key and id <> :id and (site is null or :site is null or site = :site) limit 1;

-- name: add
-- A new member.
insert into members (
id, name, name_key, site, admin, identity, password_hash, setup_digest, setup_expires, created_at, disabled,
version, factor_secret, factor_step, factor_since, factor_recovery,
issuer, subject, claimed_groups, address)
values (
:id, :name, :name_key, :site, :admin, :identity, :password_hash, :setup_digest, :setup_expires, :created_at,
:disabled, :version, :factor_secret, :factor_step, :factor_since, :factor_recovery, :issuer, :subject, :claimed_groups,
:address);

-- name: replace
-- Every field of a member, if the stored version is the one before.
update members set
name = :name, name_key = :name_key, site = :site, admin = :admin, identity = :identity,
password_hash = :password_hash, setup_digest = :setup_digest, setup_expires = :setup_expires,
created_at = :created_at, disabled = :disabled, version = :version, factor_secret = :factor_secret,
factor_step = :factor_step, factor_since = :factor_since, factor_recovery = :factor_recovery,
issuer = :issuer, subject = :subject, claimed_groups = :claimed_groups,
address = :address
where id = :id and version = :version - 1;

-- name: get
-- A member by id.
select * from members where id = :id;

-- name: by_name
-- A member by name: of the site, else of all sites.
select * from members where name_key = :name_key and (site = :site or site is null)
order by site is null limit 1;

-- name: by_subject
-- A member by what an identity provider calls them: of the site, else of all sites.
select * from members where issuer = :issuer and subject = :subject and (site = :site or site is null)
order by site is null limit 1;

-- name: by_identity
-- The member of a site with a Confluence identity who signs in nowhere else; the one who was there first.
select * from members where identity = :identity and subject is null and site = :site
order by created_at is null, created_at, id limit 1;

-- name: by_setup
-- A member by the digest of the one-time set-up token.
select * from members where setup_digest = :digest;

-- name: list
-- Members of a site and of all sites, or everybody, by name.
select * from members where :site is null or site = :site or site is null order by name_key, id;

-- name: open_session
-- A session that begins.
insert into member_sessions (
digest, member, began_at, seen_at, name, way, confirmed_at, network)
values (:digest, :member, :began_at, :seen_at, :name, :way, :confirmed_at, :network);

-- name: session
-- A session by digest.
select * from member_sessions where digest = :digest;

-- name: sessions
-- The sessions of a member, the one that was used last first.
select * from member_sessions where member = :member order by seen_at desc, began_at desc;

-- name: touch_session
-- The last use of a session, never moved backwards.
update member_sessions set seen_at = :seen_at, network = :network
where digest = :digest and seen_at < :seen_at;

-- name: renew_session
-- A session under another id, if it is still there under the former one.
update member_sessions set
digest = :digest, member = :member, began_at = :began_at, seen_at = :seen_at, name = :name, way = :way,
confirmed_at = :confirmed_at, network = :network
where digest = :former;

-- name: close_session
-- A session that ends.
delete from member_sessions where digest = :digest;

-- name: close_sessions
-- The sessions of a member, or those of one name, or all but one.
delete from member_sessions
where member = :member and (:name is null or name = :name)
and (:but is null or digest <> :but);

-- name: open_step
-- A sign-in that owes a second factor.
insert into member_steps (digest, member, site, began_at) values (:digest, :member, :site, :began_at);

-- name: step
-- A step by digest.
select * from member_steps where digest = :digest;

-- name: close_step
-- A step that is done, or over.
delete from member_steps where digest = :digest;

-- name: close_steps
-- Every step of a member.
delete from member_steps where member = :member;
