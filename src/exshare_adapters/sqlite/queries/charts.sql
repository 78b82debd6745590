-- Counts for charts: each walks over the events of a span, by the index of what it is about.

-- part: span
a.at >= :since and a.at < :before and a.kind in (select value from json_each(:kinds))

-- part: next_day
(s.at / 86400000000 - (s.at % 86400000000 < 0) + 1) * 86400000000

-- name: days_of_site
-- How many events of each kind fell on each day, of one site: from day to day of each kind, and counted in between.
with recursive steps (kind, at) as (
    select k.value, (
        select min(a.at) from activity a
        where a.site = :site and a.kind = k.value and a.at >= :since and a.at < :before)
    from json_each(:kinds) k
    union all
    select s.kind, (
        select min(a.at) from activity a
        where a.site = :site and a.kind = s.kind and a.at >= {{next_day}} and a.at < :before)
    from steps s where s.at is not null
)
select s.at / 86400000000 - (s.at % 86400000000 < 0) as day, s.kind, (
    select count(*) from activity a
    where a.site = :site and a.kind = s.kind and a.at >= s.at and a.at < min(:before, {{next_day}})) as events
from steps s where s.at is not null order by 1, s.kind;

-- name: busiest_of_site
-- The links with the most events, of one site.
select a.link, count(*) as events
from activity a where a.site = :site and {{span}} and a.link is not null
group by a.link order by count(*) desc, a.link limit :limit;

-- name: days_of_link
-- How many events of each kind fell on each day, of one link.
select a.at / 86400000000 - (a.at % 86400000000 < 0) as day, a.kind, count(*) as events
from activity a where a.site = :site and a.link = :link and (:space is null or a.space = :space) and a.at >= :since and a.at < :before and +a.kind in (select value from json_each(:kinds))
group by 1, a.kind order by 1, a.kind;

-- name: busiest_of_link
-- The links with the most events, of one link.
select a.link, count(*) as events
from activity a where a.site = :site and a.link = :link and (:space is null or a.space = :space) and a.at >= :since and a.at < :before and +a.kind in (select value from json_each(:kinds)) and a.link is not null
group by a.link order by count(*) desc, a.link limit :limit;

-- name: days_of_space
-- How many events of each kind fell on each day, of one space.
select a.at / 86400000000 - (a.at % 86400000000 < 0) as day, a.kind, count(*) as events
from activity a where a.site = :site and a.space = :space and a.at >= :since and a.at < :before and +a.kind in (select value from json_each(:kinds))
group by 1, a.kind order by 1, a.kind;

-- name: busiest_of_space
-- The links with the most events, of one space.
select a.link, count(*) as events
from activity a where a.site = :site and a.space = :space and a.at >= :since and a.at < :before and +a.kind in (select value from json_each(:kinds)) and a.link is not null
group by a.link order by count(*) desc, a.link limit :limit;

-- name: of_busy
-- How many of each kind one of them has.
select a.kind, count(*) as events
from activity a where a.site = :site and a.link = :one and {{span}}
group by a.kind order by a.kind;

-- name: details
-- How many of one kind have each detail, of one link, and when the last of them happened.
select a.detail, count(*) as events, max(a.at) as last
from activity a where a.site = :site and a.link = :link and a.kind = :kind and a.detail <> ''
group by a.detail;
