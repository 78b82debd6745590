-- What happened, as it was written down; personal fields and seals stand beside the rows.

-- name: append
-- One event without its personal fields.
insert into activity (site, at, kind, actor, link, space, member, page, detail)
values (:site, :at, :kind, :actor, :link, :space, :member, :page, :detail);

-- name: append_waiting
-- The place in the queue of the sealer of the event that was appended last; its key is the same, and so is the last one now.
insert into activity_unsealed (seq, site) values (last_insert_rowid(), :site);

-- name: append_personal
-- The personal fields of the event that was appended last.
insert into activity_personal (seq, site, at, salt, network, mailbox, mailbox_digest, account)
values (last_insert_rowid(), :site, :at, :salt, :network, :mailbox, :mailbox_digest, :account);

-- part: shown
select a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.network, p.mailbox, p.mailbox_digest, p.account, s.number

-- part: fits
and (:link is null or a.link = :link)
and (:space is null or a.space = :space)
and (:page is null or a.page = :page)
and (:member is null or a.member = :member)
and (:actor is null or a.actor = :actor)
and (:network is null or p.network = :network)
and (:mailbox is null or p.mailbox_digest = :mailbox)
and (:account is null or p.account = :account)
and (:kinds is null or instr(:kinds, '|' || a.kind || '|') > 0)

-- part: beside
left join activity_seals s on s.seq = a.seq

-- part: rows
{{shown}}
from activity a left join activity_personal p on p.seq = a.seq
{{beside}}

-- part: newest
and (a.at, a.seq) < (:before, :row) and a.at >= :since
{{fits}}
order by a.at desc, a.seq desc limit :limit

-- name: by_site
-- Events of a site, newest first, and all else that is asked.
{{rows}}
where a.site = :site
{{newest}};

-- name: by_link
-- Events of one link, newest first, and all else that is asked.
{{rows}}
where a.site = :site and a.link = :link
{{newest}};

-- name: by_space
-- Events of one space, newest first, and all else that is asked.
{{rows}}
where a.site = :site and a.space = :space
{{newest}};

-- name: by_page
-- Events of one page or file, newest first, and all else that is asked.
{{rows}}
where a.site = :site and a.page = :page
{{newest}};

-- name: by_member
-- Events of one member, newest first, and all else that is asked.
{{rows}}
where a.site = :site and a.member = :member
{{newest}};

-- name: by_kind
-- Events of one kind, newest first, and all else that is asked.
{{rows}}
where a.site = :site and a.kind = :kind
{{newest}};

-- name: by_network
-- Events from one address of the network, newest first, and all else that is asked.
{{shown}}
from activity_personal p cross join activity a on a.seq = p.seq
{{beside}}
where p.site = :site and p.network = :network
and (p.at, p.seq) < (:before, :row) and p.at >= :since
{{fits}}
order by p.at desc, p.seq desc limit :limit;

-- name: by_mailbox
-- Events of one mailbox, newest first, and all else that is asked.
{{shown}}
from activity_personal p cross join activity a on a.seq = p.seq
{{beside}}
where p.site = :site and p.mailbox_digest = :mailbox
and (p.at, p.seq) < (:before, :row) and p.at >= :since
{{fits}}
order by p.at desc, p.seq desc limit :limit;

-- name: by_account
-- Events of one external account, newest first, and all else that is asked.
{{shown}}
from activity_personal p cross join activity a on a.seq = p.seq
{{beside}}
where p.site = :site and p.account = :account
and (p.at, p.seq) < (:before, :row) and p.at >= :since
{{fits}}
order by p.at desc, p.seq desc limit :limit;

-- name: in_clear
-- Mailboxes that an older version wrote down in clear.
select seq, site, link, address from activity_clear order by seq limit :limit;

-- name: put_sealed
-- A sealed mailbox where the clear one of its row was; what another process has sealed may be in the chain already.
update activity_personal set mailbox = :mailbox, mailbox_digest = :mailbox_digest where seq = :seq and mailbox is null;

-- name: drop_clear
-- And the clear one is gone.
delete from activity_clear where seq = :seq;
