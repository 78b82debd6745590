-- Local members, their sessions, and their sign-ins that owe a second factor.

-- name: hold_name
-- The lock on a name until the transaction ends, so that two members cannot take it at once.
select pg_advisory_xact_lock(hashtext('exshare.member'), hashtext(%(name_key)s));

-- name: name_in_use
-- Whether another member answers to a name on the same site; a member of all sites is on every site.
select 1 as used from members
where name_key = %(name_key)s and id <> %(id)s and (site is null or %(site)s::text is null or site = %(site)s) limit 1;

-- name: add
-- A new member.
insert into members (
id, name, name_key, site, admin, identity, password_hash, setup_digest, setup_expires, created_at, disabled,
version, factor_secret, factor_step, factor_since, factor_recovery,
issuer, subject, claimed_groups, address)
values (
%(id)s, %(name)s, %(name_key)s, %(site)s, %(admin)s, %(identity)s, %(password_hash)s, %(setup_digest)s,
%(setup_expires)s, %(created_at)s, %(disabled)s, %(version)s, %(factor_secret)s, %(factor_step)s,
%(factor_since)s, %(factor_recovery)s, %(issuer)s, %(subject)s, %(claimed_groups)s, %(address)s);

-- name: replace
-- Every field of a member, if the stored version is the one before.
update members set
name = %(name)s, name_key = %(name_key)s, site = %(site)s, admin = %(admin)s, identity = %(identity)s,
password_hash = %(password_hash)s, setup_digest = %(setup_digest)s, setup_expires = %(setup_expires)s,
created_at = %(created_at)s, disabled = %(disabled)s, version = %(version)s,
factor_secret = %(factor_secret)s, factor_step = %(factor_step)s, factor_since = %(factor_since)s,
factor_recovery = %(factor_recovery)s,
issuer = %(issuer)s, subject = %(subject)s, claimed_groups = %(claimed_groups)s,
address = %(address)s
where id = %(id)s and version = %(version)s - 1;

-- name: get
-- A member by id.
select * from members where id = %(id)s;

-- name: by_name
-- A member by name: of the site, else of all sites.
select * from members where name_key = %(name_key)s and (site = %(site)s or site is null)
order by site is null limit 1;

-- name: by_subject
-- A member by what an identity provider calls them: of the site, else of all sites.
select * from members where issuer = %(issuer)s and subject = %(subject)s and (site = %(site)s or site is null)
order by site is null limit 1;

-- name: by_identity
-- The member of a site with a Confluence identity who signs in nowhere else; the one who was there first.
select * from members where identity = %(identity)s and subject is null and site = %(site)s
order by created_at is null, created_at, id limit 1;

-- name: by_setup
-- A member by the digest of the one-time set-up token.
select * from members where setup_digest = %(digest)s;

-- name: list
-- Members of a site and of all sites, or everybody, by name.
select * from members where %(site)s::text is null or site = %(site)s or site is null order by name_key, id;

-- name: open_session
-- A session that begins.
insert into member_sessions (
digest, member, began_at, seen_at, name, way, confirmed_at, network)
values (%(digest)s, %(member)s, %(began_at)s, %(seen_at)s, %(name)s, %(way)s, %(confirmed_at)s, %(network)s);

-- name: session
-- A session by digest.
select * from member_sessions where digest = %(digest)s;

-- name: sessions
-- The sessions of a member, the one that was used last first.
select * from member_sessions where member = %(member)s order by seen_at desc, began_at desc;

-- name: touch_session
-- The last use of a session, never moved backwards.
update member_sessions set seen_at = %(seen_at)s, network = %(network)s
where digest = %(digest)s and seen_at < %(seen_at)s;

-- name: renew_session
-- A session under another id, if it is still there under the former one.
update member_sessions set
digest = %(digest)s, member = %(member)s, began_at = %(began_at)s, seen_at = %(seen_at)s, name = %(name)s,
way = %(way)s, confirmed_at = %(confirmed_at)s, network = %(network)s
where digest = %(former)s;

-- name: close_session
-- A session that ends.
delete from member_sessions where digest = %(digest)s;

-- name: close_sessions
-- The sessions of a member, or those of one name, or all but one.
delete from member_sessions
where member = %(member)s and (%(name)s::text is null or name = %(name)s)
and (%(but)s::bytea is null or digest <> %(but)s);

-- name: open_step
-- A sign-in that owes a second factor.
insert into member_steps (digest, member, site, began_at) values (%(digest)s, %(member)s, %(site)s, %(began_at)s);

-- name: step
-- A step by digest.
select * from member_steps where digest = %(digest)s;

-- name: close_step
-- A step that is done, or over.
delete from member_steps where digest = %(digest)s;

-- name: close_steps
-- Every step of a member.
delete from member_steps where member = %(member)s;
