-- What admins set on a site, its history, and the switches.

-- name: ensure_site
-- A site with nothing set, unless it is there.
insert into policies (site, version, limits, scheme, loosening, leavers, heir)
values (%(site)s, %(version)s, %(limits)s, %(scheme)s, %(loosening)s, %(leavers)s, %(heir)s)
on conflict (site) do nothing;

-- name: policy
-- The whole of what is set on a site.
select p.site, p.version, p.limits::text as limits, p.scheme::text as scheme, p.loosening, p.leavers, p.heir,
(select coalesce(json_agg(json_build_object(
'name', c.name, 'limits', c.limits::text, 'defaults', c.defaults::text)), '[]')::text
from configurations c where c.site = p.site) as configurations,
(select coalesce(json_agg(json_build_object(
'space', r.space, 'configuration', r.configuration, 'limits', r.limits::text,
'admins', r.admins::text, 'scheme', r.scheme::text)), '[]')::text
from space_rules r where r.site = p.site) as spaces,
(select coalesce(json_agg(json_build_object(
'position', h.position, 'layer', h.layer, 'limits', h.limits::text, 'at', h.at, 'space', h.space,
'without', h.without::text)), '[]')::text
from held_layers h where h.site = p.site) as held
from policies p where p.site = %(site)s;

-- name: layers
-- The layers above a link of one space.
select %(space)s::text as space,
p.limits::text as site_limits, coalesce(r.configuration, 'default') as configuration,
c.limits::text as configuration_limits, r.limits::text as space_limits,
(select coalesce(json_agg(json_build_object(
'position', h.position, 'layer', h.layer, 'limits', h.limits::text, 'at', h.at, 'space', h.space,
'without', h.without::text)), '[]')::text
from held_layers h where h.site = p.site
and h.above in ('site', 'configuration ' || coalesce(r.configuration, 'default'), 'space ' || %(space)s::text)) as held
from policies p
left join space_rules r on r.site = p.site and r.space = %(space)s
left join configurations c on c.site = p.site and c.name = coalesce(r.configuration, 'default')
where p.site = %(site)s;

-- name: permissions
-- What decides who may do what with the links of one space.
select p.scheme::text as scheme, r.scheme::text as space_scheme, r.admins::text as space_admins
from policies p left join space_rules r on r.site = p.site and r.space = %(space)s
where p.site = %(site)s;

-- name: replace
-- What stands once for a site, if the stored version is the one before.
update policies set version = %(version)s, limits = %(limits)s, scheme = %(scheme)s, loosening = %(loosening)s,
leavers = %(leavers)s, heir = %(heir)s
where site = %(site)s and version = %(version)s - 1;

-- name: version
-- The version of what is set that is in force.
select version from policies where site = %(site)s;

-- name: clear_held
-- Nothing held back; what is comes after.
delete from held_layers where site = %(site)s;

-- name: clear_spaces
-- No space with rules of its own; those that have some come after.
delete from space_rules where site = %(site)s;

-- name: clear_configurations
-- No configuration; all of them come after.
delete from configurations where site = %(site)s;

-- name: add_configuration
-- One configuration.
insert into configurations (site, name, limits, defaults) values (%(site)s, %(name)s, %(limits)s, %(defaults)s);

-- name: add_space
-- What is set for one space.
insert into space_rules (site, space, configuration, limits, admins, scheme)
values (%(site)s, %(space)s, %(configuration)s, %(limits)s, %(admins)s, %(scheme)s);

-- name: add_held
-- What one layer was before it was loosened.
insert into held_layers (site, position, above, layer, limits, at, space, without)
values (%(site)s, %(position)s, %(above)s, %(layer)s, %(limits)s, %(at)s, %(space)s, %(without)s);

-- name: add_change
-- A row of the history.
insert into policy_changes (site, version, at, actor, member, changes)
values (%(site)s, %(version)s, %(at)s, %(actor)s, %(member)s, %(changes)s);

-- name: history
-- The changes that made versions before one, newest first.
select site, version, at, actor, member, changes::text as changes from policy_changes
where site = %(site)s and version < %(before)s
order by version desc limit %(limit)s;

-- name: switches
-- The kill switches above a link of one space; no row means on.
select
coalesce((select is_on from switches where site = %(site)s and space = ''), true) as site_on,
coalesce((select is_on from switches where site = %(site)s and space = %(space)s), true) as space_on,
false as owner_out;

-- name: stopped
-- What is off: spaces by key, and the site itself under an empty one.
select space from switches where site = %(site)s and not is_on;

-- name: switch
-- One kill switch.
insert into switches (site, space, is_on) values (%(site)s, %(space)s, %(is_on)s)
on conflict (site, space) do update set is_on = excluded.is_on;
