-- The first schema. Instants are whole microseconds since 1970 in UTC. The site leads every key except the way from a
-- digest to its link; members and letters have ids of their own, as their ports name them without a site.

create table links (
    site text not null,
    id text not null,
    page text not null,
    space text not null,
    owner text not null,
    state text not null,
    name text not null,
    description text not null,
    acts_as text not null,
    service_identity integer not null,
    created_by text not null,
    created_at integer not null,
    renewed_at integer not null,
    renewals integer not null,
    confirmed_at integer not null,
    changed_at integer not null,
    version integer not null,
    security_version integer not null,
    starts_at integer,
    expires_at integer,
    max_opens integer,
    password_hash text,
    scope text not null,
    wish text not null,
    primary key (site, id)
) strict;

create index links_newest on links (site, created_at desc, id desc);
create index links_by_owner on links (site, owner, created_at desc, id desc);
create index links_by_page on links (site, page, created_at desc, id desc);
create index links_by_space on links (site, space, created_at desc, id desc);

-- Opens are counted apart from the versioned link, so that counting never makes an edit stale (spec L14).
create table link_opens (
    site text not null,
    link text not null,
    opens integer not null default 0 check (opens >= 0),
    primary key (site, link),
    foreign key (site, link) references links (site, id)
) strict;

create table link_addresses (
    seq integer primary key autoincrement,
    digest blob not null unique,
    site text not null,
    link text not null,
    sealed blob,
    created_at integer not null,
    recipient text,
    slug text not null,
    valid_until integer,
    revoked_at integer,
    foreign key (site, link) references links (site, id)
) strict;

create index link_addresses_of_link on link_addresses (site, link, seq);

-- A browser has one visit to a link: the one that began last (spec L14).
create table visits (
    site text not null,
    id text not null,
    link text not null,
    session blob not null,
    security_version integer not null,
    began_at integer not null,
    seen_at integer not null,
    primary key (site, link, session),
    foreign key (site, link) references links (site, id)
) strict;

create index visits_seen on visits (seen_at);

create table proofs (
    site text not null,
    link text not null,
    session blob not null,
    kind text not null,
    security_version integer not null,
    proved_at integer not null,
    address blob,
    primary key (site, link, session, kind)
) strict;

create index proofs_proved on proofs (proved_at);

create table codes (
    site text not null,
    link text not null,
    session blob not null,
    address_digest blob not null,
    code_digest blob not null,
    tries integer not null,
    expires_at integer not null,
    primary key (site, link, session)
) strict;

create index codes_expiring on codes (expires_at);

-- What admins set on a site, under one version (spec L12). No row means that the site was never made.
create table policies (
    site text primary key not null,
    version integer not null,
    limits text not null,
    scheme text,
    loosening text not null
) strict;

create table configurations (
    site text not null,
    name text not null,
    limits text not null,
    defaults text not null,
    primary key (site, name),
    foreign key (site) references policies (site)
) strict;

-- Space keys in upper case. Without a configuration of its own a space has the one named default.
create table space_rules (
    site text not null,
    space text not null,
    configuration text,
    limits text not null,
    admins text not null,
    scheme text,
    primary key (site, space),
    foreign key (site) references policies (site),
    foreign key (site, configuration) references configurations (site, name)
) strict;

create index space_rules_by_configuration on space_rules (site, configuration);

-- What layers were before they were loosened (spec P4); `above` is the name of the layer that each stands beside,
-- `without` the keys of spaces that came under it too late.
create table held_layers (
    site text not null,
    position integer not null,
    above text not null,
    layer text not null,
    limits text not null,
    at integer not null,
    space text,
    without text not null,
    primary key (site, position),
    foreign key (site) references policies (site)
) strict;

create index held_layers_above on held_layers (site, above);

-- Who changed what, from which value to which (spec M7); `version` is the one that the change made.
create table policy_changes (
    site text not null,
    version integer not null,
    at integer not null,
    actor text not null,
    member text,
    changes text not null,
    primary key (site, version)
) strict;

-- The switch of the site itself has an empty space. No row means on.
create table switches (
    site text not null,
    space text not null,
    is_on integer not null,
    primary key (site, space)
) strict;

create table members (
    id text primary key not null,
    name text not null,
    name_key text not null,
    site text,
    admin integer not null,
    identity text,
    password_hash text,
    setup_digest blob unique,
    setup_expires integer,
    created_at integer,
    disabled integer not null,
    version integer not null
) strict;

create unique index members_by_name on members (name_key, coalesce(site, ''));

create table member_sessions (
    digest blob primary key not null,
    member text not null,
    began_at integer not null,
    seen_at integer not null
) strict;

create index member_sessions_of_member on member_sessions (member);

create table activity (
    seq integer primary key autoincrement,
    site text not null,
    at integer not null,
    kind text not null,
    actor text not null,
    link text,
    member text,
    page text,
    detail text not null,
    network text,
    address text
) strict;

create index activity_of_link on activity (site, link, seq desc);

create table outbox (
    seq integer primary key autoincrement,
    id text not null unique,
    site text not null,
    sealed blob not null,
    priority integer not null,
    due integer not null,
    leased_until integer,
    expires integer not null,
    tries integer not null
) strict;

create index outbox_due on outbox (priority, due);

-- The keys are keyed digests, which the site is part of.
create table guesses (
    key blob primary key not null,
    failures integer not null,
    last_at integer not null
) strict;

-- down
drop table guesses;
drop table outbox;
drop table activity;
drop table member_sessions;
drop table members;
drop table switches;
drop table policy_changes;
drop table held_layers;
drop table space_rules;
drop table configurations;
drop table policies;
drop table codes;
drop table proofs;
drop table visits;
drop table link_addresses;
drop table link_opens;
drop table links;
