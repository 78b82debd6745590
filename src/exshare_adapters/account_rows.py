"""External accounts, their sessions and shares, to and from database rows: one mapping for every SQL store."""

from __future__ import annotations

from exshare_adapters.columns import Params, Row, blob, flag, moment
from exshare_adapters.member_rows import factor_of, factor_params
from exshare_core.external_accounts import AccountSession, AccountStep, ExternalAccount, KeptShare
from exshare_core.values import ExternalAccountId, LinkId, Sealed, SiteId


def account_params(account: ExternalAccount) -> Params:
    """Every field of an account."""
    return {
        "site": account.site,
        "id": account.id,
        "digest": account.digest,
        "address": account.address,
        "password_hash": account.password_hash,
        "created_at": account.created_at,
        "confirmed_at": account.confirmed_at,
        "disabled": account.disabled,
        "version": account.version,
        **factor_params(account.factor),
    }


def account_of(row: Row) -> ExternalAccount:
    """The account in a row."""
    return ExternalAccount(
        id=ExternalAccountId(row["id"]),
        site=SiteId(row["site"]),
        digest=blob(row["digest"]),
        address=Sealed(blob(row["address"])),
        password_hash=row["password_hash"],
        created_at=moment(row["created_at"]),
        confirmed_at=moment(row["confirmed_at"]),
        disabled=flag(row["disabled"]),
        version=row["version"],
        factor=factor_of(row),
    )


def account_session_params(session: AccountSession) -> Params:
    """Every field of a session."""
    return {
        "session": session.session,
        "site": session.site,
        "account": session.account,
        "name": session.name,
        "began_at": session.began_at,
        "seen_at": session.seen_at,
        "network": session.network,
    }


def account_session_of(row: Row) -> AccountSession:
    """The session in a row."""
    return AccountSession(
        session=blob(row["session"]),
        site=SiteId(row["site"]),
        account=ExternalAccountId(row["account"]),
        name=row["name"],
        began_at=moment(row["began_at"]),
        seen_at=moment(row["seen_at"]),
        network=row["network"],
    )


def account_step_params(step: AccountStep) -> Params:
    """Every field of a step of a sign-in."""
    return {"session": step.session, "site": step.site, "account": step.account, "began_at": step.began_at}


def account_step_of(row: Row) -> AccountStep:
    """The step of a sign-in in a row."""
    return AccountStep(
        blob(row["session"]), SiteId(row["site"]), ExternalAccountId(row["account"]), moment(row["began_at"])
    )


def share_params(share: KeptShare) -> Params:
    """Every field of a kept share."""
    return {
        "site": share.site,
        "account": share.account,
        "link": share.link,
        "segment": share.segment,
        "opened_at": share.opened_at,
    }


def share_of(row: Row) -> KeptShare:
    """The kept share in a row."""
    return KeptShare(
        site=SiteId(row["site"]),
        account=ExternalAccountId(row["account"]),
        link=LinkId(row["link"]),
        segment=Sealed(blob(row["segment"])),
        opened_at=moment(row["opened_at"]),
    )
