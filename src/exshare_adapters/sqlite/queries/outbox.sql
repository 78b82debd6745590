-- Letters waiting to be sent.

-- name: put
-- One letter.
insert into outbox (id, site, sealed, priority, due, expires, tries)
values (:id, :site, :sealed, :priority, :due, :expires, :tries);

-- name: claim
-- Letters that are due, taken for the length of a lease.
update outbox set leased_until = :until, tries = tries + 1
where seq in (
select seq from outbox where due <= :now and expires > :now and (leased_until is null or leased_until <= :now)
order by priority, due, seq limit :limit)
returning *;

-- name: settle
-- A letter that was sent or given up.
delete from outbox where id = :id;

-- name: put_off
-- A letter to be tried later; its lease ends.
update outbox set due = :due, leased_until = null where id = :id;

-- name: purge
-- Letters that are not to be sent any more.
delete from outbox where expires <= :now;
