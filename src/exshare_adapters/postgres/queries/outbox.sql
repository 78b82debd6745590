-- Letters waiting to be sent.

-- name: put
-- One letter.
insert into outbox (id, site, sealed, priority, due, expires, tries)
values (%(id)s, %(site)s, %(sealed)s, %(priority)s, %(due)s, %(expires)s, %(tries)s);

-- name: claim
-- Letters that are due, taken for the length of a lease.
with taken as materialized (
select seq from outbox where due <= %(now)s and expires > %(now)s
and (leased_until is null or leased_until <= %(now)s)
order by priority, due, seq limit %(limit)s for update skip locked)
update outbox set leased_until = %(until)s, tries = tries + 1 from taken where outbox.seq = taken.seq
returning outbox.*;

-- name: settle
-- A letter that was sent or given up.
delete from outbox where id = %(id)s;

-- name: put_off
-- A letter to be tried later; its lease ends.
update outbox set due = %(due)s, leased_until = null where id = %(id)s;

-- name: purge
-- Letters that are not to be sent any more.
delete from outbox where expires <= %(now)s;
