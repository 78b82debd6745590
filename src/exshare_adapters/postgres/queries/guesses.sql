-- How often proofs were wrong.

-- name: tally
-- The counts of several keys.
select * from guesses where key = any(%(keys)s);

-- name: wrong
-- One more wrong proof of each key; a forgotten count starts again.
insert into guesses (key, failures, last_at)
select key, 1, %(now)s from unnest(%(keys)s::bytea[]) as key order by key
on conflict (key) do update set
failures = case when guesses.last_at <= %(forgotten)s then 1 else guesses.failures + 1 end,
last_at = greatest(guesses.last_at, excluded.last_at)
returning guesses.key, guesses.failures;

-- name: right
-- Keys that start again at nothing.
delete from guesses where key = any(%(keys)s);
