-- What admins set on a site, its history, and the switches.

-- name: ensure_site
-- A site with nothing set, unless it is there.
insert into policies (site, version, limits, scheme, loosening, leavers, heir)
values (:site, :version, :limits, :scheme, :loosening, :leavers, :heir)
on conflict (site) do nothing;

-- name: policy
-- The whole of what is set on a site.
select p.site, p.version, p.limits as limits, p.scheme as scheme, p.loosening, p.leavers, p.heir,
(select json_group_array(json_object(
'name', c.name, 'limits', c.limits, 'defaults', c.defaults))
from configurations c where c.site = p.site) as configurations,
(select json_group_array(json_object(
'space', r.space, 'configuration', r.configuration, 'limits', r.limits,
'admins', r.admins, 'scheme', r.scheme))
from space_rules r where r.site = p.site) as spaces,
(select json_group_array(json_object(
'position', h.position, 'layer', h.layer, 'limits', h.limits, 'at', h.at, 'space', h.space,
'without', h.without))
from held_layers h where h.site = p.site) as held
from policies p where p.site = :site;

-- name: layers
-- The layers above a link of one space.
select :space as space,
p.limits as site_limits, coalesce(r.configuration, 'default') as configuration,
c.limits as configuration_limits, r.limits as space_limits,
(select json_group_array(json_object(
'position', h.position, 'layer', h.layer, 'limits', h.limits, 'at', h.at, 'space', h.space,
'without', h.without))
from held_layers h where h.site = p.site
and h.above in ('site', 'configuration ' || coalesce(r.configuration, 'default'), 'space ' || :space)) as held
from policies p
left join space_rules r on r.site = p.site and r.space = :space
left join configurations c on c.site = p.site and c.name = coalesce(r.configuration, 'default')
where p.site = :site;

-- name: permissions
-- What decides who may do what with the links of one space.
select p.scheme as scheme, r.scheme as space_scheme, r.admins as space_admins
from policies p left join space_rules r on r.site = p.site and r.space = :space
where p.site = :site;

-- name: replace
-- What stands once for a site, if the stored version is the one before.
update policies set version = :version, limits = :limits, scheme = :scheme, loosening = :loosening,
leavers = :leavers, heir = :heir
where site = :site and version = :version - 1;

-- name: version
-- The version of what is set that is in force.
select version from policies where site = :site;

-- name: clear_held
-- Nothing held back; what is comes after.
delete from held_layers where site = :site;

-- name: clear_spaces
-- No space with rules of its own; those that have some come after.
delete from space_rules where site = :site;

-- name: clear_configurations
-- No configuration; all of them come after.
delete from configurations where site = :site;

-- name: add_configuration
-- One configuration.
insert into configurations (site, name, limits, defaults) values (:site, :name, :limits, :defaults);

-- name: add_space
-- What is set for one space.
insert into space_rules (site, space, configuration, limits, admins, scheme)
values (:site, :space, :configuration, :limits, :admins, :scheme);

-- name: add_held
-- What one layer was before it was loosened.
insert into held_layers (site, position, above, layer, limits, at, space, without)
values (:site, :position, :above, :layer, :limits, :at, :space, :without);

-- name: add_change
-- A row of the history.
insert into policy_changes (site, version, at, actor, member, changes)
values (:site, :version, :at, :actor, :member, :changes);

-- name: history
-- The changes that made versions before one, newest first.
select site, version, at, actor, member, changes as changes from policy_changes
where site = :site and version < :before
order by version desc limit :limit;

-- name: switches
-- The kill switches above a link of one space; no row means on.
select
coalesce((select is_on from switches where site = :site and space = ''), 1) as site_on,
coalesce((select is_on from switches where site = :site and space = :space), 1) as space_on,
0 as owner_out;

-- name: stopped
-- What is off: spaces by key, and the site itself under an empty one.
select space from switches where site = :site and not is_on;

-- name: switch
-- One kill switch.
insert into switches (site, space, is_on) values (:site, :space, :is_on)
on conflict (site, space) do update set is_on = excluded.is_on;
