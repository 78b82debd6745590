-- How often proofs were wrong.

-- name: tally
-- The count of one key.
select * from guesses where key = :key;

-- name: wrong
-- One more wrong proof; a forgotten count starts again.
insert into guesses (key, failures, last_at) values (:key, 1, :now)
on conflict (key) do update set
failures = case when guesses.last_at <= :forgotten then 1 else guesses.failures + 1 end,
last_at = max(guesses.last_at, excluded.last_at)
returning failures;

-- name: right
-- A key that starts again at nothing.
delete from guesses where key = :key;
