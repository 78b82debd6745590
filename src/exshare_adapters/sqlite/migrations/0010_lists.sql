-- Lists of links: what they are narrowed to and ordered by, and the words that links are found by. Gates are a bit
-- each; those of links from before are read when the store is opened, and until then below nothing.
alter table links add column changed_by text;
alter table links add column name_key text not null default '';
alter table links add column gates integer not null default -1;
alter table links add column closes_at integer
    generated always as (coalesce(expires_at, 253402300799999999)) virtual;
update links set changed_by = created_by where version = 1;

alter table link_opens add column last_opened_at integer not null default 0;
update link_opens set last_opened_at = coalesce((
    select max(a.at) from activity a
    where a.site = link_opens.site and a.link = link_opens.link and a.kind = 'opened'), 0)
where opens > 0;

-- The entries of a link's list of people (kind person), and its name from each word on (kind name).
create table link_terms (
    site text not null,
    link text not null,
    kind text not null,
    term text not null,
    primary key (site, kind, term, link),
    foreign key (site, link) references links (site, id)
) strict, without rowid;

create index link_terms_of_link on link_terms (site, link, kind, term);

create index links_by_change on links (site, changed_at, id);
create index links_by_end on links (site, closes_at, id);
create index links_by_name on links (site, name_key, id);
create index links_by_creator on links (site, created_by);
create index links_by_modifier on links (site, changed_by);
create index links_by_gates on links (site, gates);
create index links_not_running on links (site, state) where state <> 'active';
create index links_that_start on links (site, starts_at) where starts_at is not null;
create index links_limited on links (site) where max_opens is not null;
create index links_unread on links (site, id) where gates < 0;
create index link_opens_by_number on link_opens (site, opens, link);
create index link_opens_by_last on link_opens (site, last_opened_at, link);
create index members_out on members (id) where disabled = 1;

-- down
drop index members_out;
drop index link_opens_by_last;
drop index link_opens_by_number;
drop index links_unread;
drop index links_limited;
drop index links_that_start;
drop index links_not_running;
drop index links_by_gates;
drop index links_by_modifier;
drop index links_by_creator;
drop index links_by_name;
drop index links_by_end;
drop index links_by_change;
drop table link_terms;
alter table link_opens drop column last_opened_at;
alter table links drop column closes_at;
alter table links drop column gates;
alter table links drop column name_key;
alter table links drop column changed_by;
