-- Share links with their addresses, visits and proofs. Bytes inside JSON are hex.

-- part: link
l.site, l.id, l.page, l.space, l.owner, l.state, l.name, l.description, l.acts_as, l.service_identity, l.created_by,
l.created_at, l.renewed_at, l.renewals, l.confirmed_at, l.changed_at, l.version, l.security_version,
l.starts_at, l.expires_at, l.max_opens, l.password_hash, l.scope::text as scope, l.wish::text as wish, o.opens,
l.changed_by, o.last_opened_at

-- part: above
p.limits::text as site_limits, coalesce(r.configuration, 'default') as configuration,
c.limits::text as configuration_limits, r.limits::text as space_limits,
(select coalesce(json_agg(json_build_object(
'position', h.position, 'layer', h.layer, 'limits', h.limits::text, 'at', h.at, 'space', h.space,
'without', h.without::text)), '[]')::text
from held_layers h where h.site = l.site
and h.above in ('site', 'configuration ' || coalesce(r.configuration, 'default'), 'space ' || l.space)) as held,
coalesce((select s.is_on from switches s where s.site = l.site and s.space = ''), true) as site_on,
coalesce((select s.is_on from switches s where s.site = l.site and s.space = l.space), true) as space_on,
coalesce((select m.disabled from members m where m.id = l.owner), false) as owner_out

-- part: policies
left join policies p on p.site = l.site
left join space_rules r on r.site = p.site and r.space = l.space
left join configurations c on c.site = p.site and c.name = coalesce(r.configuration, 'default')

-- part: record
select {{link}}, {{above}},
(select coalesce(json_agg(json_build_object(
'seq', a.seq, 'digest', encode(a.digest, 'hex'), 'site', a.site, 'link', a.link,
'sealed', encode(a.sealed, 'hex'), 'created_at', a.created_at,
'recipient', a.recipient, 'slug', a.slug, 'valid_until', a.valid_until, 'revoked_at', a.revoked_at)), '[]')
from link_addresses a where a.site = l.site and a.link = l.id) as addresses
from links l join link_opens o on o.site = l.site and o.link = l.id
{{policies}}

-- name: find
-- Everything that judges one attempt: the link behind a digest, with the proofs and the visit of one session.
select {{link}}, {{above}},
json_build_object(
'digest', encode(a.digest, 'hex'), 'site', a.site, 'link', a.link,
'sealed', encode(a.sealed, 'hex'), 'created_at', a.created_at,
'recipient', a.recipient, 'slug', a.slug, 'valid_until', a.valid_until, 'revoked_at', a.revoked_at) as address,
(select coalesce(json_agg(json_build_object(
'kind', p.kind, 'site', p.site, 'link', p.link, 'session', encode(p.session, 'hex'),
'security_version', p.security_version, 'proved_at', p.proved_at,
'address', encode(p.address, 'hex'), 'detail', p.detail, 'account', p.account)), '[]')
from proofs p where p.site = l.site and p.link = l.id and p.session = %(session)s::bytea) as proofs,
(select json_build_object(
'id', v.id, 'site', v.site, 'link', v.link, 'session', encode(v.session, 'hex'),
'security_version', v.security_version, 'began_at', v.began_at, 'seen_at', v.seen_at)
from visits v where v.site = l.site and v.link = l.id and v.session = %(session)s::bytea) as visit
from link_addresses a
join links l on l.site = a.site and l.id = a.link
join link_opens o on o.site = l.site and o.link = l.id
{{policies}}
where a.digest = %(digest)s;

-- name: get
-- One link as members see it, by site and id.
{{record}}
where l.site = %(site)s and l.id = %(id)s;

-- name: get_by_digest
-- The same by the digest of any of its addresses.
{{record}}
join link_addresses d on d.site = l.site and d.link = l.id
where d.digest = %(digest)s;

-- name: place
-- Where a link stands in the order of lists.
select created_at, id from links where site = %(site)s and id = %(id)s;

-- name: list_all
-- A site's links before a place, newest first.
{{record}}
where l.site = %(site)s and (l.created_at, l.id) < (%(created_at)s, %(id)s)
order by l.created_at desc, l.id desc limit %(limit)s;

-- name: list_by_space
-- The same of one space.
{{record}}
where l.site = %(site)s and l.space = %(space)s and (l.created_at, l.id) < (%(created_at)s, %(id)s)
order by l.created_at desc, l.id desc limit %(limit)s;

-- name: list_by_owner
-- The same of one owner, and of one space where one is given.
{{record}}
where l.site = %(site)s and l.owner = %(owner)s
and (%(space)s::text is null or l.space = %(space)s) and (l.created_at, l.id) < (%(created_at)s, %(id)s)
order by l.created_at desc, l.id desc limit %(limit)s;

-- name: list_by_page
-- The same of one page, and of one space where one is given.
{{record}}
where l.site = %(site)s and l.page = %(page)s
and (%(space)s::text is null or l.space = %(space)s) and (l.created_at, l.id) < (%(created_at)s, %(id)s)
order by l.created_at desc, l.id desc limit %(limit)s;

-- name: list_by_owner_and_page
-- The same of one owner and one page, and of one space where one is given.
{{record}}
where l.site = %(site)s and l.owner = %(owner)s and l.page = %(page)s
and (%(space)s::text is null or l.space = %(space)s) and (l.created_at, l.id) < (%(created_at)s, %(id)s)
order by l.created_at desc, l.id desc limit %(limit)s;

-- name: named
-- Those of a site's links that are named, in no order.
{{record}}
where l.site = %(site)s and l.id = any(%(ids)s);

-- name: unread
-- Links from before lists, whose gates and words nobody has read yet.
select {{link}} from links l join link_opens o on o.site = l.site and o.link = l.id
where l.gates < 0 limit %(limit)s;

-- name: read
-- The gates and the name of such a link, as lists compare them.
update links set name_key = %(name_key)s, gates = %(gates)s
where site = %(site)s and id = %(id)s and gates < 0;

-- name: sweep
-- A site's links that are not deleted, by id.
select {{link}},
coalesce((select m.disabled from members m where m.id = l.owner), false) as owner_out
from links l join link_opens o on o.site = l.site and o.link = l.id
where l.site = %(site)s and l.id > %(after)s and l.state <> 'deleted'
order by l.id limit %(limit)s;

-- name: add
-- A new link.
insert into links (
site, id, page, space, owner, state, name, description, acts_as, service_identity, created_by,
created_at, renewed_at, renewals, confirmed_at, changed_at, version, security_version,
starts_at, expires_at, max_opens, password_hash, scope, wish, changed_by, name_key, gates)
values (
%(site)s, %(id)s, %(page)s, %(space)s, %(owner)s, %(state)s, %(name)s, %(description)s, %(acts_as)s, %(service_identity)s, %(created_by)s,
%(created_at)s, %(renewed_at)s, %(renewals)s, %(confirmed_at)s, %(changed_at)s, %(version)s, %(security_version)s,
%(starts_at)s, %(expires_at)s, %(max_opens)s, %(password_hash)s, %(scope)s, %(wish)s, %(changed_by)s, %(name_key)s, %(gates)s);

-- name: add_opens
-- The counter of a new link.
insert into link_opens (site, link, opens) values (%(site)s, %(link)s, 0);

-- name: add_address
-- A new address of a link.
insert into link_addresses (
digest, site, link, sealed, created_at, recipient, slug, valid_until, revoked_at)
values (%(digest)s, %(site)s, %(link)s, %(sealed)s, %(created_at)s, %(recipient)s, %(slug)s, %(valid_until)s, %(revoked_at)s);

-- name: replace
-- Every field of a link, if the stored version is the one before.
update links set
page = %(page)s, space = %(space)s, owner = %(owner)s, state = %(state)s, name = %(name)s, description = %(description)s,
acts_as = %(acts_as)s, service_identity = %(service_identity)s, created_by = %(created_by)s, created_at = %(created_at)s,
renewed_at = %(renewed_at)s, renewals = %(renewals)s, confirmed_at = %(confirmed_at)s, changed_at = %(changed_at)s,
version = %(version)s, security_version = %(security_version)s, starts_at = %(starts_at)s,
expires_at = %(expires_at)s, max_opens = %(max_opens)s, password_hash = %(password_hash)s,
scope = %(scope)s, wish = %(wish)s,
changed_by = %(changed_by)s, name_key = %(name_key)s, gates = %(gates)s
where site = %(site)s and id = %(id)s and version = %(version)s - 1;

-- name: add_term
-- A word that a link is found by.
insert into link_terms (site, link, kind, term) values (%(site)s, %(link)s, %(kind)s, %(term)s);

-- name: drop_terms
-- The words that a link was found by.
delete from link_terms where site = %(site)s and link = %(link)s;

-- name: version
-- The version of a link that is in force.
select version from links where site = %(site)s and id = %(id)s;

-- name: put_address
-- A new or changed address; changes nothing when the digest belongs to another link.
insert into link_addresses (
digest, site, link, sealed, created_at, recipient, slug, valid_until, revoked_at)
values (%(digest)s, %(site)s, %(link)s, %(sealed)s, %(created_at)s, %(recipient)s, %(slug)s, %(valid_until)s, %(revoked_at)s)
on conflict (digest) do update set
sealed = excluded.sealed, created_at = excluded.created_at, recipient = excluded.recipient,
slug = excluded.slug, valid_until = excluded.valid_until, revoked_at = excluded.revoked_at
where link_addresses.site = excluded.site and link_addresses.link = excluded.link;

-- name: count_open
-- One more open, while there are fewer than the most and the gates are still those that were passed.
with held as (
select 1 from links where site = %(site)s and id = %(link)s and security_version = %(security_version)s for share)
update link_opens set opens = opens + 1, last_opened_at = %(began_at)s
where site = %(site)s and link = %(link)s and (%(most)s::integer is null or opens < %(most)s)
and exists (select 1 from held);

-- name: add_visit
-- A visit that begins, in the place of an earlier one of its browser.
insert into visits (site, id, link, session, security_version, began_at, seen_at)
values (%(site)s, %(id)s, %(link)s, %(session)s, %(security_version)s, %(began_at)s, %(seen_at)s)
on conflict (site, link, session) do update set
id = excluded.id, security_version = excluded.security_version,
began_at = excluded.began_at, seen_at = excluded.seen_at;

-- name: hold
-- The lock on the opens of a link: visits that begin instead of others begin one after the other.
select 1 as held from link_opens where site = %(site)s and link = %(link)s for update;

-- name: visit_of
-- The visit that a session has at a link.
select id from visits where site = %(site)s and link = %(link)s and session = %(session)s;

-- name: end_visit
-- A visit that is undone, unless it has been given something since it was begun.
delete from visits where site = %(site)s and link = %(link)s and session = %(session)s and id = %(id)s
and seen_at = began_at;

-- name: uncount_open
-- The open that an undone visit had counted.
update link_opens set opens = opens - 1,
last_opened_at = case opens when 1 then timestamptz 'epoch' else last_opened_at end
where site = %(site)s and link = %(link)s and opens > 0;

-- name: touch
-- The last use of a visit, never moved backwards.
update visits set seen_at = %(seen_at)s
where site = %(site)s and link = %(link)s and session = %(session)s and id = %(id)s and seen_at < %(seen_at)s;

-- name: prove
-- A proof, in the place of an earlier one of its kind.
insert into proofs (site, link, session, kind, security_version, proved_at, address, detail, account)
values (%(site)s, %(link)s, %(session)s, %(kind)s, %(security_version)s, %(proved_at)s, %(address)s, %(detail)s, %(account)s)
on conflict (site, link, session, kind) do update set
security_version = excluded.security_version, proved_at = excluded.proved_at, address = excluded.address,
detail = excluded.detail, account = excluded.account;

-- name: renew_proofs
-- The proofs of a session whose id is renewed.
update proofs set session = %(session)s where session = %(renews)s;

-- name: renew_visits
-- The visits of a session whose id is renewed.
update visits set session = %(session)s where session = %(renews)s;

-- name: renew_codes
-- The pending codes of a session whose id is renewed.
update codes set session = %(session)s where session = %(renews)s;
