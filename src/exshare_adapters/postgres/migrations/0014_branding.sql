-- How each site presents itself to its visitors. Pictures and sheets are found by their digest, on whatever site.
create table brandings (
    site text collate "C" primary key,
    version integer not null,
    name text collate "C" not null,
    footer text collate "C" not null,
    gate text collate "C" not null,
    home text collate "C" not null,
    accent text collate "C",
    dark boolean not null,
    styles text collate "C" not null,
    styles_digest text collate "C",
    logo bytea,
    logo_type text collate "C",
    logo_digest text collate "C",
    icon bytea,
    icon_type text collate "C",
    icon_digest text collate "C"
);

create index brandings_by_logo on brandings (logo_digest) where logo_digest is not null;
create index brandings_by_styles on brandings (styles_digest) where styles_digest is not null;
create index brandings_by_icon on brandings (icon_digest) where icon_digest is not null;

-- down
drop table brandings;
