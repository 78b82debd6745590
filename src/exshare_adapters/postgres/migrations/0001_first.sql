-- The first schema. Texts compare by code point, whatever the database's own collation. The site leads every key except
-- the way from a digest to its link; members and letters have ids of their own, as their ports name them without a site.

create table links (
    site text collate "C" not null,
    id text collate "C" not null,
    page text collate "C" not null,
    space text collate "C" not null,
    owner text collate "C" not null,
    state text collate "C" not null,
    name text collate "C" not null,
    description text collate "C" not null,
    acts_as text collate "C" not null,
    service_identity boolean not null,
    created_by text collate "C" not null,
    created_at timestamptz not null,
    renewed_at timestamptz not null,
    renewals integer not null,
    confirmed_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null,
    security_version integer not null,
    starts_at timestamptz,
    expires_at timestamptz,
    max_opens integer,
    password_hash text collate "C",
    scope jsonb not null,
    wish jsonb not null,
    primary key (site, id)
);

create index links_newest on links (site, created_at desc, id desc);
create index links_by_owner on links (site, owner, created_at desc, id desc);
create index links_by_page on links (site, page, created_at desc, id desc);
create index links_by_space on links (site, space, created_at desc, id desc);

-- Opens are counted apart from the versioned link, so that counting never makes an edit stale (spec L14).
create table link_opens (
    site text collate "C" not null,
    link text collate "C" not null,
    opens integer not null default 0 check (opens >= 0),
    primary key (site, link),
    foreign key (site, link) references links (site, id)
);

create table link_addresses (
    seq bigint generated always as identity primary key,
    digest bytea not null unique,
    site text collate "C" not null,
    link text collate "C" not null,
    sealed bytea,
    created_at timestamptz not null,
    recipient text collate "C",
    slug text collate "C" not null,
    valid_until timestamptz,
    revoked_at timestamptz,
    foreign key (site, link) references links (site, id)
);

create index link_addresses_of_link on link_addresses (site, link, seq);

-- A browser has one visit to a link: the one that began last (spec L14).
create table visits (
    site text collate "C" not null,
    id text collate "C" not null,
    link text collate "C" not null,
    session bytea not null,
    security_version integer not null,
    began_at timestamptz not null,
    seen_at timestamptz not null,
    primary key (site, link, session),
    foreign key (site, link) references links (site, id)
);

create index visits_seen on visits (seen_at);

create table proofs (
    site text collate "C" not null,
    link text collate "C" not null,
    session bytea not null,
    kind text collate "C" not null,
    security_version integer not null,
    proved_at timestamptz not null,
    address bytea,
    primary key (site, link, session, kind)
);

create index proofs_proved on proofs (proved_at);

create table codes (
    site text collate "C" not null,
    link text collate "C" not null,
    session bytea not null,
    address_digest bytea not null,
    code_digest bytea not null,
    tries integer not null,
    expires_at timestamptz not null,
    primary key (site, link, session)
);

create index codes_expiring on codes (expires_at);

-- What admins set on a site, under one version (spec L12). No row means that the site was never made.
create table policies (
    site text collate "C" primary key not null,
    version integer not null,
    limits jsonb not null,
    scheme jsonb,
    loosening text collate "C" not null
);

create table configurations (
    site text collate "C" not null,
    name text collate "C" not null,
    limits jsonb not null,
    defaults jsonb not null,
    primary key (site, name),
    foreign key (site) references policies (site)
);

-- Space keys in upper case. Without a configuration of its own a space has the one named default.
create table space_rules (
    site text collate "C" not null,
    space text collate "C" not null,
    configuration text collate "C",
    limits jsonb not null,
    admins jsonb not null,
    scheme jsonb,
    primary key (site, space),
    foreign key (site) references policies (site),
    foreign key (site, configuration) references configurations (site, name)
);

create index space_rules_by_configuration on space_rules (site, configuration);

-- What layers were before they were loosened (spec P4); `above` is the name of the layer that each stands beside,
-- `without` the keys of spaces that came under it too late.
create table held_layers (
    site text collate "C" not null,
    position integer not null,
    above text collate "C" not null,
    layer text collate "C" not null,
    limits jsonb not null,
    at timestamptz not null,
    space text collate "C",
    without jsonb not null,
    primary key (site, position),
    foreign key (site) references policies (site)
);

create index held_layers_above on held_layers (site, above);

-- Who changed what, from which value to which (spec M7); `version` is the one that the change made.
create table policy_changes (
    site text collate "C" not null,
    version integer not null,
    at timestamptz not null,
    actor text collate "C" not null,
    member text collate "C",
    changes jsonb not null,
    primary key (site, version)
);

-- The switch of the site itself has an empty space. No row means on.
create table switches (
    site text collate "C" not null,
    space text collate "C" not null,
    is_on boolean not null,
    primary key (site, space)
);

create table members (
    id text collate "C" primary key not null,
    name text collate "C" not null,
    name_key text collate "C" not null,
    site text collate "C",
    admin boolean not null,
    identity text collate "C",
    password_hash text collate "C",
    setup_digest bytea unique,
    setup_expires timestamptz,
    created_at timestamptz,
    disabled boolean not null,
    version integer not null
);

create unique index members_by_name on members (name_key, coalesce(site, ''));

create table member_sessions (
    digest bytea primary key not null,
    member text collate "C" not null,
    began_at timestamptz not null,
    seen_at timestamptz not null
);

create index member_sessions_of_member on member_sessions (member);

create table activity (
    seq bigint generated always as identity primary key,
    site text collate "C" not null,
    at timestamptz not null,
    kind text collate "C" not null,
    actor text collate "C" not null,
    link text collate "C",
    member text collate "C",
    page text collate "C",
    detail text collate "C" not null,
    network text collate "C",
    address text collate "C"
);

create index activity_of_link on activity (site, link, seq desc);

create table outbox (
    seq bigint generated always as identity primary key,
    id text collate "C" not null unique,
    site text collate "C" not null,
    sealed bytea not null,
    priority integer not null,
    due timestamptz not null,
    leased_until timestamptz,
    expires timestamptz not null,
    tries integer not null
);

create index outbox_due on outbox (priority, due);

-- The keys are keyed digests, which the site is part of.
create table guesses (
    key bytea primary key not null,
    failures integer not null,
    last_at timestamptz not null
);

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
