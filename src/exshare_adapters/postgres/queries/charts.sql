-- Counts for charts: each walks over the events of a span.

-- part: fits
a.site = %(site)s and a.at >= %(since)s and a.at < %(before)s
and (%(link)s::text is null or a.link = %(link)s)
and (%(space)s::text is null or a.space = %(space)s)
and (%(kinds)s::text is null or a.kind = any(string_to_array(trim(both '|' from %(kinds)s::text), '|')))

-- name: days
-- How many events of each kind fell on each day.
select (a.at at time zone 'UTC')::date as day, a.kind, count(*) as events
from activity a where {{fits}}
group by 1, a.kind order by 1, a.kind;

-- name: busiest
-- The links with the most events.
select a.link, count(*) as events
from activity a where {{fits}} and a.link is not null
group by a.link order by count(*) desc, a.link limit %(limit)s;

-- name: of_busy
-- How many of each kind one of them has.
select a.kind, count(*) as events
from activity a where {{fits}} and a.link = %(one)s
group by a.kind order by a.kind;
