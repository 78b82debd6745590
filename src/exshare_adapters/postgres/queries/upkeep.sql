-- What keeps the database answering and small.

-- name: ping
-- Answers.
select 1 as answer;

-- name: clock
-- The instant by the clock of the database.
select clock_timestamp() as now;

-- name: prune_visits
-- Visits that have ended by themselves.
delete from visits where began_at <= %(visit_began)s or seen_at <= %(visit_seen)s;

-- name: prune_proofs
-- Proofs that are too old to be good for anything.
delete from proofs where proved_at <= %(proved)s;

-- name: prune_codes
-- Codes that have expired.
delete from codes where expires_at <= %(now)s;

-- name: prune_departures
-- Departures that nobody came back from.
delete from departures where expires_at <= %(now)s;

-- name: prune_used_tokens
-- Used tokens that have expired.
delete from used_tokens where until <= %(now)s;

-- name: prune_sessions
-- Members' sessions that have ended by themselves.
delete from member_sessions where began_at <= %(session_began)s or seen_at <= %(session_seen)s;

-- name: prune_steps
-- Sign-ins that nobody went on with.
delete from member_steps where began_at <= %(step_began)s;

-- name: prune_account_sessions
-- Browsers that are not signed in with an account any more.
delete from account_sessions where began_at <= %(account_began)s or seen_at <= %(account_seen)s;

-- name: prune_account_steps
-- Sign-ins with an account that nobody went on with.
delete from account_steps where began_at <= %(account_step_began)s;

-- name: prune_account_shares
-- Shares that were not opened for long.
delete from account_shares where opened_at <= %(share_opened)s;

-- name: prune_guesses
-- Counts that are forgotten.
delete from guesses where last_at <= %(forgotten)s;

-- name: prune_api_requests
-- Requests of programs whose repeats would not be known any more.
delete from api_requests where kept_until <= %(now)s;
