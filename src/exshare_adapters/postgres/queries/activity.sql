-- What happened, in the order in which it was written.

-- name: append
-- One event.
insert into activity (site, at, kind, actor, link, member, page, detail, network, address, account)
values (%(site)s, %(at)s, %(kind)s, %(actor)s, %(link)s, %(member)s, %(page)s, %(detail)s, %(network)s, %(address)s, %(account)s);

-- name: of_link
-- The latest events of one link, newest first.
select * from activity where site = %(site)s and link = %(link)s order by seq desc limit %(limit)s;
