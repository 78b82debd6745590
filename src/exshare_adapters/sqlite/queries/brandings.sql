-- How sites look.

-- name: of_site
-- The whole of it, pictures included.
select site, version, name, footer, gate, home, accent, dark, styles, logo, logo_type, icon, icon_type
from brandings where site = :site;

-- name: version
-- The version in force.
select version from brandings where site = :site;

-- name: replace
-- The next version, or the first; nothing when another came first.
insert into brandings (
site, version, name, footer, gate, home, accent, dark, styles, styles_digest, logo, logo_type, logo_digest,
icon, icon_type, icon_digest)
select :site, :version, :name, :footer, :gate, :home, :accent, :dark, :styles, :styles_digest, :logo, :logo_type, :logo_digest,
:icon, :icon_type, :icon_digest
where :version = 1 or exists (select 1 from brandings where site = :site)
on conflict (site) do update set version = excluded.version, name = excluded.name, footer = excluded.footer,
gate = excluded.gate, home = excluded.home, accent = excluded.accent, dark = excluded.dark, styles = excluded.styles, styles_digest = excluded.styles_digest,
logo = excluded.logo, logo_type = excluded.logo_type, logo_digest = excluded.logo_digest,
icon = excluded.icon, icon_type = excluded.icon_type, icon_digest = excluded.icon_digest
where brandings.version = excluded.version - 1;

-- name: picture
-- A picture that some site shows.
select logo as data, logo_type as media_type from brandings where logo_digest = :digest
union all select icon, icon_type from brandings where icon_digest = :digest
limit 1;

-- name: styles
-- A style sheet that some site shows.
select styles from brandings where styles_digest = :digest limit 1;
