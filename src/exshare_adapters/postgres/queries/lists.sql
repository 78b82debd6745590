-- Lists of links, in pieces that `exshare_adapters.list_statements` puts together: an order (`rank_`), what narrows a
-- list as it is found by an index of its own (`by_`), and as it is asked of a link at hand (`is_`). A word in braces is
-- another piece.

-- name: walk_links
-- The links that come next in an order of their own columns, however many of them fit; the last one ends the walk.
with l as materialized (
select {columns}, {rank} as rank
from links l where l.site = %(site)s {narrow} {after} order by {rank} {way}, l.id {way} limit %(most)s)
select * from (select l.id, l.rank, 1 as fit, 0 as seen
from l {opens} where {fits} order by l.rank {way}, l.id {way} limit %(limit)s)
union all
select * from (select l.id, l.rank, 0 as fit, (select count(*) from l) as seen
from l order by l.rank {back}, l.id {back} limit 1);

-- name: walk_opens
-- The same in an order of their opens.
with o as materialized (
select o.site, o.link, o.opens, o.last_opened_at, {rank} as rank
from link_opens o where o.site = %(site)s {after} order by {rank} {way}, o.link {way} limit %(most)s)
select * from (select l.id, o.rank, 1 as fit, 0 as seen
from o join links l on l.site = o.site and l.id = o.link where {fits} order by o.rank {way}, l.id {way} limit %(limit)s)
union all
select * from (select o.link as id, o.rank, 0 as fit, (select count(*) from o) as seen
from o order by o.rank {back}, o.link {back} limit 1);

-- name: count
-- How many links a narrowing finds by itself, up to a limit.
select count(*) as seen from (select 1 {by} limit %(most)s) as f;

-- name: found
-- Of the links that a narrowing finds by itself, the first that fit the others.
with l as materialized (select {distinct} {columns} {by} limit %(most)s)
select l.id, {rank} as rank, 1 as fit, 0 as seen
from l {opens} where {fits} {after} order by {rank} {way}, l.id {way} limit %(limit)s;

-- name: opens
-- The opens of the links at hand, where something asks for them.
join link_opens o on o.site = l.site and o.link = l.id;

-- name: rank_created
-- Orders.
l.created_at;
-- name: rank_changed
-- By the last change.
l.changed_at;
-- name: rank_expires
-- By the end; without one, at the end of time.
coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00');
-- name: rank_name
-- By the name.
l.name_key;
-- name: rank_last_opened
-- By the last open.
o.last_opened_at;
-- name: rank_opens
-- By the number of opens.
o.opens;

-- name: is_space
-- Links of one space.
l.space = %(space)s;
-- name: by_space
-- The same by an index.
from links l where l.site = %(site)s and l.space = %(space)s;
-- name: is_pages
-- Links of some pages.
l.page = any(%(pages)s);
-- name: by_pages
-- The same by an index.
from links l where l.site = %(site)s and l.page = any(%(pages)s);
-- name: is_owner
-- Links of one owner.
l.owner = %(owner)s;
-- name: by_owner
-- The same by an index.
from links l where l.site = %(site)s and l.owner = %(owner)s;
-- name: is_creator
-- Links that somebody made.
l.created_by = %(creator)s;
-- name: by_creator
-- The same by an index.
from links l where l.site = %(site)s and l.created_by = %(creator)s;
-- name: is_modifier
-- Links that somebody changed last.
l.changed_by = %(modifier)s;
-- name: by_modifier
-- The same by an index.
from links l where l.site = %(site)s and l.changed_by = %(modifier)s;
-- name: is_people
-- Links whose list of people has one of some entries.
exists (select 1 from link_terms t where t.site = l.site and t.link = l.id and t.kind = 'person' and t.term = any(%(people)s));
-- name: by_people
-- The same by an index.
from link_terms t join links l on l.site = t.site and l.id = t.link
where t.site = %(site)s and t.kind = 'person' and t.term = any(%(people)s);
-- name: is_name
-- Links in whose name a word begins so.
exists (select 1 from link_terms t where t.site = l.site and t.link = l.id and t.kind = 'name'
and t.term >= %(name)s and t.term < %(name_end)s);
-- name: by_name
-- The same by an index.
from link_terms t join links l on l.site = t.site and l.id = t.link
where t.site = %(site)s and t.kind = 'name'
and t.term >= %(name)s and t.term < %(name_end)s;
-- name: is_gate
-- Links with a gate of their own.
(l.gates & %(bit)s) = %(bit)s and (%(bit)s <> 0 or l.gates = 0);
-- name: by_gate
-- The same by an index.
from links l where l.site = %(site)s and l.gates = any(%(gates)s);
-- name: is_never_opened
-- Links that were never opened.
o.opens = 0;
-- name: by_never_opened
-- The same by an index.
from link_opens o join links l on l.site = o.site and l.id = o.link where o.site = %(site)s and o.opens = 0;
-- name: is_owner_out
-- Links whose owner is locked out.
exists (select 1 from members m where m.id = l.owner and m.disabled);
-- name: by_owner_out
-- The same by an index.
from members m join links l on l.site = %(site)s and l.owner = m.id where m.disabled;
-- name: is_expires_from
-- Links that end at an instant or later, or never.
coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') >= %(expires_from)s;
-- name: is_expires_before
-- Links that end before an instant.
coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') < %(expires_before)s;
-- name: by_expires_from
-- The same by an index.
from links l where l.site = %(site)s and coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') >= %(expires_from)s;
-- name: by_expires_before
-- The same by an index.
from links l where l.site = %(site)s and coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') < %(expires_before)s;
-- name: by_expires
-- Links that end between two instants.
from links l where l.site = %(site)s
and coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') >= %(expires_from)s and coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') < %(expires_before)s;
-- name: is_created_from
-- Links that were made at an instant or later.
l.created_at >= %(created_from)s;
-- name: is_created_before
-- Links that were made before an instant.
l.created_at < %(created_before)s;
-- name: by_created_from
-- The same by an index.
from links l where l.site = %(site)s and l.created_at >= %(created_from)s;
-- name: by_created_before
-- The same by an index.
from links l where l.site = %(site)s and l.created_at < %(created_before)s;
-- name: by_created
-- Links that were made between two instants.
from links l where l.site = %(site)s and l.created_at >= %(created_from)s and l.created_at < %(created_before)s;

-- name: is_active
-- Links that run by their own settings at an instant.
l.state = 'active' and (l.starts_at is null or l.starts_at <= %(at)s) and (l.expires_at is null or l.expires_at > %(at)s)
and (l.max_opens is null or o.opens < l.max_opens);
-- name: is_not_started
-- Links that open later.
l.state = 'active' and l.starts_at > %(at)s;
-- name: by_not_started
-- The same by an index.
from links l where l.site = %(site)s and l.starts_at > %(at)s;
-- name: is_expired
-- Links whose end has come.
l.state = 'active' and (l.starts_at is null or l.starts_at <= %(at)s) and l.expires_at <= %(at)s;
-- name: by_expired
-- Links whose end has come, whatever else they are.
from links l where l.site = %(site)s and coalesce(l.expires_at, timestamptz '9999-12-31 23:59:59.999999+00') <= %(at)s;
-- name: is_used_up
-- Links that have been opened as often as they may.
l.state = 'active' and (l.starts_at is null or l.starts_at <= %(at)s) and (l.expires_at is null or l.expires_at > %(at)s)
and o.opens >= l.max_opens;
-- name: by_used_up
-- Links with a limit of opens.
from links l where l.site = %(site)s and l.max_opens is not null;
-- name: is_disabled
-- Links that are off.
l.state = 'disabled';
-- name: by_disabled
-- The same by an index.
from links l where l.site = %(site)s and l.state = 'disabled' and l.state <> 'active';
-- name: is_deleted
-- Links that are gone for good.
l.state = 'deleted';
-- name: by_deleted
-- The same by an index.
from links l where l.site = %(site)s and l.state = 'deleted' and l.state <> 'active';
