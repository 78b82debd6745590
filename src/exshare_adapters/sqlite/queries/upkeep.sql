-- What keeps the database answering and small.

-- name: ping
-- Touches the file.
select count(*) as tables from sqlite_schema;

-- name: clock
-- Microseconds since 1970 by the clock of this machine.
select cast((julianday('now') - 2440587.5) * 86400000000 as integer) as now;

-- name: prune_visits
-- Visits that have ended by themselves.
delete from visits where began_at <= :visit_began or seen_at <= :visit_seen;

-- name: prune_proofs
-- Proofs that are too old to be good for anything.
delete from proofs where proved_at <= :proved;

-- name: prune_codes
-- Codes that have expired.
delete from codes where expires_at <= :now;

-- name: prune_departures
-- Departures that nobody came back from.
delete from departures where expires_at <= :now;

-- name: prune_used_tokens
-- Used tokens that have expired.
delete from used_tokens where until <= :now;

-- name: prune_sessions
-- Members' sessions that have ended by themselves.
delete from member_sessions where began_at <= :session_began or seen_at <= :session_seen;

-- name: prune_steps
-- Sign-ins that nobody went on with.
delete from member_steps where began_at <= :step_began;

-- name: prune_account_sessions
-- Browsers that are not signed in with an account any more.
delete from account_sessions where began_at <= :account_began or seen_at <= :account_seen;

-- name: prune_account_steps
-- Sign-ins with an account that nobody went on with.
delete from account_steps where began_at <= :account_step_began;

-- name: prune_account_shares
-- Shares that were not opened for long.
delete from account_shares where opened_at <= :share_opened;

-- name: prune_guesses
-- Counts that are forgotten.
delete from guesses where last_at <= :forgotten;

-- name: prune_api_requests
-- Requests of programs whose repeats would not be known any more.
delete from api_requests where kept_until <= :now;
