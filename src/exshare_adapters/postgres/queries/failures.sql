-- What failed behind the ports lately.

-- name: note
-- A kind of failure within one minute.
insert into failures (site, minute, port, operation, outcome, count)
values (%(site)s, %(minute)s, %(port)s, %(operation)s, %(outcome)s, %(count)s)
on conflict (site, minute, port, operation, outcome) do update set count = failures.count + excluded.count;

-- name: list
-- The latest of a site.
select * from failures where site = %(site)s order by minute desc, port, operation, outcome limit %(limit)s;

-- name: prune_old
-- Those that are too old.
delete from failures where site = %(site)s and minute <= %(until)s;

-- name: prune_many
-- And the oldest beyond a number.
delete from failures where site = %(site)s and (minute, port, operation, outcome) in (
    select minute, port, operation, outcome from failures where site = %(site)s
    order by minute desc, port, operation, outcome limit all offset %(most)s
);
