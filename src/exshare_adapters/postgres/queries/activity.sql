-- What happened, as it was written down; personal fields and seals stand beside the rows.

-- name: append
-- One event with its personal fields, where it has any, and its place in the queue of the sealer.
with written as (
    insert into activity (site, at, kind, actor, link, space, member, page, detail)
    values (%(site)s, %(at)s, %(kind)s, %(actor)s, %(link)s, %(space)s, %(member)s, %(page)s, %(detail)s)
    returning seq, site, at
), waits as (
    insert into activity_unsealed (seq, site) select seq, site from written
)
insert into activity_personal (seq, site, at, salt, network, mailbox, mailbox_digest, account)
select seq, site, at, %(salt)s::bytea, %(network)s::text,
    %(mailbox)s::bytea, %(mailbox_digest)s::bytea, %(account)s::text from written where %(salt)s::bytea is not null;

-- part: shown
select a.seq, a.site, a.at, a.kind, a.actor, a.link, a.space, a.member, a.page, a.detail,
    p.network, p.mailbox, p.mailbox_digest, p.account, s.number

-- part: fits
and (%(link)s::text is null or a.link = %(link)s)
and (%(space)s::text is null or a.space = %(space)s)
and (%(page)s::text is null or a.page = %(page)s)
and (%(member)s::text is null or a.member = %(member)s)
and (%(actor)s::text is null or a.actor = %(actor)s)
and (%(network)s::text is null or p.network = %(network)s)
and (%(mailbox)s::bytea is null or p.mailbox_digest = %(mailbox)s)
and (%(account)s::text is null or p.account = %(account)s)
and (%(kinds)s::text is null or strpos(%(kinds)s::text, '|' || a.kind || '|') > 0)

-- part: beside
left join activity_seals s on s.seq = a.seq

-- part: rows
{{shown}}
from activity a left join activity_personal p on p.seq = a.seq
{{beside}}

-- part: newest
and (a.at, a.seq) < (%(before)s, %(row)s) and a.at >= %(since)s
{{fits}}
order by a.at desc, a.seq desc limit %(limit)s

-- name: by_site
-- Events of a site, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s
{{newest}};

-- name: by_link
-- Events of one link, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s and a.link = %(link)s
{{newest}};

-- name: by_space
-- Events of one space, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s and a.space = %(space)s
{{newest}};

-- name: by_page
-- Events of one page or file, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s and a.page = %(page)s
{{newest}};

-- name: by_member
-- Events of one member, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s and a.member = %(member)s
{{newest}};

-- name: by_kind
-- Events of one kind, newest first, and all else that is asked.
{{rows}}
where a.site = %(site)s and a.kind = %(kind)s
{{newest}};

-- name: by_network
-- Events from one address of the network, newest first, and all else that is asked.
{{shown}}
from activity_personal p join activity a on a.seq = p.seq
{{beside}}
where p.site = %(site)s and p.network = %(network)s
and (p.at, p.seq) < (%(before)s, %(row)s) and p.at >= %(since)s
{{fits}}
order by p.at desc, p.seq desc limit %(limit)s;

-- name: by_mailbox
-- Events of one mailbox, newest first, and all else that is asked.
{{shown}}
from activity_personal p join activity a on a.seq = p.seq
{{beside}}
where p.site = %(site)s and p.mailbox_digest = %(mailbox)s
and (p.at, p.seq) < (%(before)s, %(row)s) and p.at >= %(since)s
{{fits}}
order by p.at desc, p.seq desc limit %(limit)s;

-- name: by_account
-- Events of one external account, newest first, and all else that is asked.
{{shown}}
from activity_personal p join activity a on a.seq = p.seq
{{beside}}
where p.site = %(site)s and p.account = %(account)s
and (p.at, p.seq) < (%(before)s, %(row)s) and p.at >= %(since)s
{{fits}}
order by p.at desc, p.seq desc limit %(limit)s;

-- name: in_clear
-- Mailboxes that an older version wrote down in clear.
select seq, site, link, address from activity_clear order by seq limit %(limit)s;

-- name: put_sealed
-- A sealed mailbox where the clear one of its row was; what another process has sealed may be in the chain already.
update activity_personal set mailbox = %(mailbox)s, mailbox_digest = %(mailbox_digest)s
where seq = %(seq)s and mailbox is null;

-- name: drop_clear
-- And the clear one is gone.
delete from activity_clear where seq = %(seq)s;

-- name: is_clear
-- Whether any is left.
select exists (select 1 from activity_clear) as left;

-- name: empty_clear
-- Where they rested is given back as well.
truncate activity_clear;
