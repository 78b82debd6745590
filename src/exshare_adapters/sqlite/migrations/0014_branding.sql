-- How each site presents itself to its visitors. Pictures and sheets are found by their digest, on whatever site.
create table brandings (
    site text primary key,
    version integer not null,
    name text not null,
    footer text not null,
    gate text not null,
    home text not null,
    accent text,
    dark integer not null,
    styles text not null,
    styles_digest text,
    logo blob,
    logo_type text,
    logo_digest text,
    icon blob,
    icon_type text,
    icon_digest text
) strict;

create index brandings_by_logo on brandings (logo_digest) where logo_digest is not null;
create index brandings_by_styles on brandings (styles_digest) where styles_digest is not null;
create index brandings_by_icon on brandings (icon_digest) where icon_digest is not null;

-- down
drop table brandings;
