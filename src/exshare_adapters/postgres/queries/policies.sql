-- Layers and switches.

-- name: ensure_layer
-- An empty layer, unless it is there.
insert into layers (site, name, limits) values (%(site)s, %(name)s, %(limits)s)
on conflict (site, name) do nothing;

-- name: layers
-- The layers above a link of one space.
select name, limits from layers
where site = %(site)s and name in ('site', 'configuration default', 'space ' || %(space)s);

-- name: save
-- A layer in the place of the one with its name.
insert into layers (site, name, limits) values (%(site)s, %(name)s, %(limits)s)
on conflict (site, name) do update set limits = excluded.limits;

-- name: switches
-- The kill switches above a link of one space; no row means on.
select
coalesce((select is_on from switches where site = %(site)s and space = ''), true) as site_on,
coalesce((select is_on from switches where site = %(site)s and space = %(space)s), true) as space_on;

-- name: switch
-- One kill switch.
insert into switches (site, space, is_on) values (%(site)s, %(space)s, %(is_on)s)
on conflict (site, space) do update set is_on = excluded.is_on;
