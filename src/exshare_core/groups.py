"""Finds out groups where something depends on them, and asks nobody where nothing does (spec P8, R1)."""

from __future__ import annotations

from collections.abc import Iterable

from exshare_core.accounts import Member
from exshare_core.links import ShareLink
from exshare_core.permissions import Mandate, asks_groups, sees_all
from exshare_core.policy import Layer
from exshare_core.ports import Directory, PolicyRepository
from exshare_core.values import AccountId, SiteId, SpaceKey


async def owner_groups(
    layers: Iterable[Layer], identity: AccountId | None, directory: Directory
) -> frozenset[str] | None:
    """The groups of somebody who owns links below `layers`; asked for only where a layer has rules for groups.

    None, so that every rule holds, where they could not be found out: also for an owner without an `identity` of their
    own.
    """
    if not any(layer.limits.group_rules for layer in layers):
        return frozenset()
    return None if identity is None else await directory.groups(identity)


def identity_of(link: ShareLink) -> AccountId | None:
    """The owner's own identity; None where the link acts as the connector instead (spec R5)."""
    return None if link.service_identity else link.acts_as


async def mandate_of(
    member: Member | None, site: SiteId, space: SpaceKey, policies: PolicyRepository, directory: Directory
) -> Mandate:
    """What decides what `member` may do with the links of `space`; asked for groups only where one is named."""
    if sees_all(member, site):
        return Mandate(member, site)
    permissions = await policies.permissions(site, space)
    if member is None or not asks_groups(permissions):
        return Mandate(member, site, permissions)
    return Mandate(member, site, permissions, await member_groups(member, directory))


async def member_groups(member: Member, directory: Directory) -> frozenset[str] | None:
    """The groups of a member, by whoever has the word about them (spec R4); None where they could not be found out."""
    if member.claimed_groups is not None:
        return member.claimed_groups
    # Who is tied to no account of the organisation is in none of its groups
    return frozenset() if member.identity is None else await directory.groups(member.identity)
