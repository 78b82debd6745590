"""Members and their sessions to and from database rows: one mapping for every SQL store."""

from __future__ import annotations

import json

from exshare_adapters.columns import Params, Row, blob, flag, maybe_moment, moment, tree, word
from exshare_core.accounts import Member, MemberSession, SignInStep, Way
from exshare_core.factors import SecondFactor
from exshare_core.values import AccountId, Address, MemberId, Sealed, SiteId, Subject


def name_key(name: str) -> str:
    """The form in which two spellings of one member's name are equal."""
    return name.casefold()


def member_params(member: Member) -> Params:
    """Every field of a member."""
    return {
        "id": member.id,
        "name": member.name,
        "name_key": name_key(member.name),
        "site": member.site,
        "admin": member.admin,
        "identity": member.identity,
        "password_hash": member.password_hash,
        "setup_digest": member.setup_digest,
        "setup_expires": member.setup_expires,
        "created_at": member.created_at,
        "disabled": member.disabled,
        "version": member.version,
        **factor_params(member.factor),
        "issuer": None if member.subject is None else member.subject.issuer,
        "subject": None if member.subject is None else member.subject.name,
        "claimed_groups": None if member.claimed_groups is None else json.dumps(sorted(member.claimed_groups)),
        "address": None if member.address is None else str(member.address),
    }


def member_of(row: Row) -> Member:
    """The member in a row."""
    return Member(
        id=MemberId(row["id"]),
        name=row["name"],
        site=None if row["site"] is None else SiteId(row["site"]),
        admin=flag(row["admin"]),
        identity=None if row["identity"] is None else AccountId(row["identity"]),
        password_hash=row["password_hash"],
        setup_digest=None if row["setup_digest"] is None else blob(row["setup_digest"]),
        setup_expires=maybe_moment(row["setup_expires"]),
        created_at=maybe_moment(row["created_at"]),
        disabled=flag(row["disabled"]),
        version=row["version"],
        factor=factor_of(row),
        subject=None if row["subject"] is None else Subject(row["issuer"], row["subject"]),
        claimed_groups=None if row["claimed_groups"] is None else frozenset(tree(row["claimed_groups"])),
        address=None if row["address"] is None else Address.parse(row["address"]),
    )


def factor_params(factor: SecondFactor | None) -> Params:
    """Every field of a second factor; nothing where there is none."""
    if factor is None:
        return {"factor_secret": None, "factor_step": None, "factor_since": None, "factor_recovery": None}
    return {
        "factor_secret": factor.secret,
        "factor_step": factor.step,
        "factor_since": factor.since,
        "factor_recovery": json.dumps([digest.hex() for digest in factor.recovery]),
    }


def factor_of(row: Row) -> SecondFactor | None:
    """The second factor in a row of whoever has it."""
    if row["factor_secret"] is None:
        return None
    return SecondFactor(
        secret=Sealed(blob(row["factor_secret"])),
        step=row["factor_step"],
        recovery=tuple(blob(digest) for digest in tree(row["factor_recovery"])),
        since=moment(row["factor_since"]),
    )


def session_params(session: MemberSession) -> Params:
    """Every field of a member's session."""
    return {
        "digest": session.digest,
        "member": session.member,
        "began_at": session.began_at,
        "seen_at": session.seen_at,
        "name": session.name,
        "way": session.way.value,
        "confirmed_at": session.confirmed_at,
        "network": session.network,
    }


def session_of(row: Row) -> MemberSession:
    """The member's session in a row."""
    return MemberSession(
        digest=blob(row["digest"]),
        member=MemberId(row["member"]),
        began_at=moment(row["began_at"]),
        seen_at=moment(row["seen_at"]),
        name=row["name"],
        way=word(Way, row["way"]),
        confirmed_at=maybe_moment(row["confirmed_at"]),
        network=row["network"],
    )


def step_params(step: SignInStep) -> Params:
    """Every field of a step of a sign-in."""
    return {"digest": step.digest, "member": step.member, "site": step.site, "began_at": step.began_at}


def step_of(row: Row) -> SignInStep:
    """The step of a sign-in in a row."""
    return SignInStep(blob(row["digest"]), MemberId(row["member"]), SiteId(row["site"]), moment(row["began_at"]))
