-- Counts for charts: each walks over the events of a span.

-- part: fits
a.site = :site and a.at >= :since and a.at < :before
and (:link is null or a.link = :link)
and (:space is null or a.space = :space)
and (:kinds is null or instr(:kinds, '|' || a.kind || '|') > 0)

-- name: days
-- How many events of each kind fell on each day.
select a.at / 86400000000 - (a.at % 86400000000 < 0) as day, a.kind, count(*) as events
from activity a where {{fits}}
group by 1, a.kind order by 1, a.kind;

-- name: busiest
-- The links with the most events.
select a.link, count(*) as events
from activity a where {{fits}} and a.link is not null
group by a.link order by count(*) desc, a.link limit :limit;

-- name: of_busy
-- How many of each kind one of them has.
select a.kind, count(*) as events
from activity a where {{fits}} and a.link = :one
group by a.kind order by a.kind;
