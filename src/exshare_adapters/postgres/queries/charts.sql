-- Counts for charts: each walks over the events of a span, by the index of what it is about.

-- part: span
a.at >= %(since)s and a.at < %(before)s and a.kind = any(string_to_array(%(kinds)s::text, '|'))

-- part: next_day
(date_trunc('day', s.at at time zone 'UTC') + interval '1 day') at time zone 'UTC'

-- name: days_of_site
-- How many events of each kind fell on each day, of one site: from day to day of each kind, and counted in between.
with recursive steps (kind, at) as (
    select k.kind, (
        select min(a.at) from activity a
        where a.site = %(site)s and a.kind = k.kind and a.at >= %(since)s and a.at < %(before)s)
    from unnest(string_to_array(%(kinds)s::text, '|')) as k (kind)
    union all
    select s.kind, (
        select min(a.at) from activity a
        where a.site = %(site)s and a.kind = s.kind and a.at >= {{next_day}} and a.at < %(before)s)
    from steps s where s.at is not null
)
select (s.at at time zone 'UTC')::date as day, s.kind, (
    select count(*) from activity a
    where a.site = %(site)s and a.kind = s.kind and a.at >= s.at and a.at < least(%(before)s, {{next_day}})) as events
from steps s where s.at is not null order by 1, s.kind collate "C";

-- name: busiest_of_site
-- The links with the most events, of one site.
select a.link, count(*) as events
from activity a where a.site = %(site)s and {{span}} and a.link is not null
group by a.link order by count(*) desc, a.link limit %(limit)s;

-- name: days_of_link
-- How many events of each kind fell on each day, of one link.
select (a.at at time zone 'UTC')::date as day, a.kind, count(*) as events
from activity a where a.site = %(site)s and a.link = %(link)s and (%(space)s::text is null or a.space = %(space)s) and {{span}}
group by 1, a.kind order by 1, a.kind;

-- name: busiest_of_link
-- The links with the most events, of one link.
select a.link, count(*) as events
from activity a where a.site = %(site)s and a.link = %(link)s and (%(space)s::text is null or a.space = %(space)s) and {{span}} and a.link is not null
group by a.link order by count(*) desc, a.link limit %(limit)s;

-- name: days_of_space
-- How many events of each kind fell on each day, of one space.
select (a.at at time zone 'UTC')::date as day, a.kind, count(*) as events
from activity a where a.site = %(site)s and a.space = %(space)s and {{span}}
group by 1, a.kind order by 1, a.kind;

-- name: busiest_of_space
-- The links with the most events, of one space.
select a.link, count(*) as events
from activity a where a.site = %(site)s and a.space = %(space)s and {{span}} and a.link is not null
group by a.link order by count(*) desc, a.link limit %(limit)s;

-- name: of_busy
-- How many of each kind one of them has.
select a.kind, count(*) as events
from activity a where a.site = %(site)s and a.link = %(one)s and {{span}}
group by a.kind order by a.kind;

-- name: details
-- How many of one kind have each detail, of one link, and when the last of them happened.
select a.detail, count(*) as events, max(a.at) as last
from activity a where a.site = %(site)s and a.link = %(link)s and a.kind = %(kind)s and a.detail <> ''
group by a.detail;
