-- What happened, in the order in which it was written.

-- name: append
-- One event.
insert into activity (site, at, kind, actor, link, member, page, detail, network, address, account)
values (:site, :at, :kind, :actor, :link, :member, :page, :detail, :network, :address, :account);

-- name: of_link
-- The latest events of one link, newest first.
select * from activity where site = :site and link = :link order by seq desc limit :limit;
