"""Who may read a page on Data Center, which has no call that says so (spec L15, api.md 6.1).

A person may read a page when all of this holds; each point names the calls it rests on:

1. the account is there and active: ``GET /rest/api/user?key=K&expand=status``;
2. the site's *can use* is granted to the person or one of their groups: ``GET /rest/api/permissions``;
3. the space's view permission is granted likewise: ``GET /rest/api/space/{KEY}/permissions``;
4. every level of view restrictions, the page's own and inherited ones, admits the person or one of their
   groups: ``GET /rest/api/content/{id}/restriction/relevantViewRestrictions``.

Groups come from ``GET /rest/api/user/memberof?key=K``. Where the lists of 2 and 3 are not offered, or name
people by display name only, the question is put for the person (``…/permissions/user/{K}``) and for each
group (``…/permissions/group/{name}``). Grants to anonymous visitors count for nobody, and administrators have
no way round restrictions. Whatever is not answered, or not in a shape we know, leaves the question open:
never yes, never no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from attrs import frozen

from exshare_adapters.confluence.client import Api
from exshare_adapters.confluence.failures import Missing, NoInterface, UnexpectedAnswer
from exshare_adapters.confluence.shapes import (
    Json,
    as_object,
    entries,
    optional_part,
    optional_text,
    part,
    text,
)
from exshare_adapters.confluence.together import together
from exshare_core.content import MayRead
from exshare_core.errors import AdapterFailed
from exshare_core.values import AccountId, PageId

CAN_USE = ("application", "use")
VIEW_SPACE = ("space", "read")

_LISTS = ("results", "viewContentRestrictions", "relevantViewRestrictions")
"""Where an answer may list levels, one by one."""
_CONTENT = re.compile(r"/rest/api/content/([0-9]{1,19})\Z")
_ACTIVE = frozenset({"current", "active", "enabled", "known", ""})


@frozen
class Person:
    """Who somebody is to Data Center."""

    key: str
    name: str
    groups: frozenset[str]
    active: bool


@frozen
class Level:
    """The view restrictions of one page: who may pass. `page` is None when the answer does not name it."""

    page: PageId | None
    keys: frozenset[str]
    names: frozenset[str]
    groups: frozenset[str]
    restricts: bool
    """Whether anybody is named at all, in whatever way: an empty level keeps nobody out."""

    def admits(self, person: Person) -> bool:
        """Whether `person` passes this level."""
        return person.key in self.keys or person.name in self.names or not self.groups.isdisjoint(person.groups)


@frozen
class Rights:
    """Answers what a person may read, from the calls named above."""

    api: Api

    async def levels(self, page: PageId, ancestors: Sequence[PageId]) -> tuple[Level, ...]:
        """The view restrictions that hold for a page, its own and inherited; raises Broken for unknown shapes.

        Where the call for all of them is not offered, or its answer does not tell the levels apart, each level is
        asked for by itself.
        """
        path = f"/rest/api/content/{page}/restriction/relevantViewRestrictions"
        try:
            answer = await self.api.get(path, {"limit": 50})
            if optional_part(answer, "_links").get("next"):
                answer = {"results": await self.api.every(path, {"limit": 50})}
            levels = read_levels(answer, page)
            if tells_apart(answer) or not any(level.restricts for level in levels):
                return levels
        except (Missing, UnexpectedAnswer):
            pass
        return await self._singly((page, *ancestors))

    async def _singly(self, pages: Sequence[PageId]) -> tuple[Level, ...]:
        try:
            async with together() as requests:
                results = [requests.start(partial(self._own_level, page)) for page in pages]
        except Missing:
            raise UnexpectedAnswer("the site does not tell the view restrictions of a page") from None
        return tuple(level for result in results for level in result.value)

    async def _own_level(self, page: PageId) -> tuple[Level, ...]:
        path = f"/rest/api/content/{page}/restriction/byOperation"
        expand = "read.restrictions.user,read.restrictions.group"
        return read_levels(await self.api.get(path, {"expand": expand}), page)

    async def may_read(self, page: PageId, space: str, ancestors: Sequence[PageId], identity: AccountId) -> MayRead:
        """Whether the person with the user key `identity` may read a page of the space with the key `space` now."""
        try:
            async with together() as requests:
                person = requests.start(partial(self.person, identity))
                levels = requests.start(partial(self.levels, page, ancestors))
            if person.value is None or not person.value.active:
                return MayRead.NO
            who = person.value
            async with together() as requests:
                uses = requests.start(partial(self.granted, "/rest/api/permissions", CAN_USE, who))
                views = requests.start(
                    partial(self.granted, f"/rest/api/space/{quote(space, safe='~')}/permissions", VIEW_SPACE, who)
                )
        except (AdapterFailed, Missing):
            return MayRead.UNKNOWN
        admitted = all(level.admits(who) for level in levels.value if level.restricts)
        return MayRead.YES if uses.value and views.value and admitted else MayRead.NO

    async def person(self, identity: AccountId) -> Person | None:
        """The person with this user key and all groups they are in, or None when there is none."""
        try:
            user = await self.api.get("/rest/api/user", {"key": identity, "expand": "status"})
        except Missing:
            return None
        kind = user.get("type", "known")
        if optional_text(user, "userKey") not in (None, identity) or kind == "anonymous":
            raise UnexpectedAnswer("the site answered with another person than the one asked for")
        found = await self.api.every("/rest/api/user/memberof", {"key": identity, "limit": 200})
        groups = frozenset(text(one, "name") for one in found)
        status = user.get("status", "")
        if not isinstance(status, str):
            raise UnexpectedAnswer("the status of a person cannot be read")
        active = kind == "known" and status.lower() in _ACTIVE
        return Person(identity, optional_text(user, "username") or "", groups, active)

    async def granted(self, path: str, operation: tuple[str, str], person: Person) -> bool:
        """Whether the permission list at `path` grants `operation` to the person or one of their groups."""
        try:
            grants = await self._grants(path, operation)
        except (Missing, NoInterface):
            return await self._granted_singly(path, operation, person)
        if any(_names(subject, person) for subject in grants):
            return True
        if all(_is_identified(subject) for subject in grants):
            return False
        return await self._granted_singly(path, operation, person)

    async def _granted_singly(self, path: str, operation: tuple[str, str], person: Person) -> bool:
        async with together() as requests:
            results = [
                requests.start(partial(self._grants, f"{path}/{kind}/{quote(name, safe='')}", operation))
                for kind, name in (
                    ("user", person.key),
                    *(("group", group) for group in sorted(person.groups)),
                )
            ]
        return any(result.value for result in results)

    async def _grants(self, path: str, operation: tuple[str, str]) -> Sequence[Json]:
        """The subjects to whom `operation` is granted, from a bare list or one under ``results``."""
        answer = await self.api.get_any(path)
        found = [as_object(one) for one in answer] if isinstance(answer, list) else entries(as_object(answer))
        subjects = []
        for one in found:
            granted = part(one, "operation")
            if (granted.get("targetType"), granted.get("operationKey")) == operation:
                subjects.append(optional_part(one, "subject"))
        return subjects


def _names(subject: Json, person: Person) -> bool:
    """Whether the subject of a permission is this person or one of their groups."""
    if subject.get("type") == "group":
        name = optional_text(subject, "name") or optional_text(subject, "displayName")
        return name is not None and name in person.groups
    if subject.get("type") == "anonymous":
        return False
    key, name = optional_text(subject, "userKey"), optional_text(subject, "username")
    return key == person.key if key is not None else bool(name) and name == person.name


def _is_identified(subject: Json) -> bool:
    if subject.get("type") == "group":
        return bool(optional_text(subject, "name") or optional_text(subject, "displayName"))
    if subject.get("type") == "anonymous":
        return True
    return bool(optional_text(subject, "userKey") or optional_text(subject, "username"))


def tells_apart(answer: Json) -> bool:
    """Whether an answer about all view restrictions of a page lists its levels, rather than one sum of them: who
    is in a sum need not pass every level.
    """
    return any(name in answer for name in _LISTS)


def read_levels(answer: Json, page: PageId) -> tuple[Level, ...]:
    """The levels in an answer about view restrictions.

    The published description leaves the shape open; understood are a list of levels (``results``,
    ``viewContentRestrictions`` or ``relevantViewRestrictions``), each with its ``content``, whole or only named, and
    ``restrictions``, and one level by operation (``{"read": {"restrictions": …}}``, under ``restrictions`` or not),
    which is the page's own.
    """
    for name in _LISTS:
        if name in answer:
            listed = answer[name]
            inner = listed if isinstance(listed, list) else _whole(as_object(listed, name))
            levels = [_level(as_object(one, name)) for one in inner]
            return tuple(level for level in levels if level is not None)
    if "read" not in answer and "read" in optional_part(answer, "restrictions"):
        answer = part(answer, "restrictions")
    if "read" in answer:
        level = _level({"content": {"id": page}, **part(answer, "read")})
        return () if level is None else (level,)
    if "restrictions" in answer:
        level = _level({"content": {"id": page}, **answer})
        return () if level is None else (level,)
    raise UnexpectedAnswer("the view restrictions are not in the answer")


def _level(one: Json) -> Level | None:
    if one.get("operation", "read") not in ("read", "view"):
        return None
    named = part(one, "restrictions")
    users, groups = (_all_named(named, subject) for subject in ("user", "group"))
    if "user" not in named and "group" not in named:
        raise UnexpectedAnswer("a level of view restrictions names nobody")
    return Level(
        page=_page_of(one),
        keys=frozenset(key for user in users if (key := optional_text(user, "userKey"))),
        names=frozenset(name for user in users if (name := optional_text(user, "username"))),
        groups=frozenset(name for group in groups if (name := optional_text(group, "name"))),
        restricts=bool(users or groups),
    )


def _whole(listed: Json) -> Sequence[Json]:
    if optional_part(listed, "_links").get("next"):
        raise UnexpectedAnswer("the levels of view restrictions are cut off")
    return entries(listed)


def _page_of(one: Json) -> PageId | None:
    """The page that a level is set on: its ``content``, or what an unopened ``content`` would lead to."""
    found = optional_part(one, "content").get("id")
    if isinstance(found, (str, int)) and str(found).isdigit():
        return PageId(str(found))
    named = _CONTENT.search(optional_text(optional_part(one, "_expandable"), "content") or "")
    return PageId(named[1]) if named else None


def _all_named(named: Json, subject: str) -> Sequence[Json]:
    if subject not in named:
        return []
    listed = part(named, subject)
    found, size = entries(listed), listed.get("size")
    if isinstance(size, int) and size > len(found):
        raise UnexpectedAnswer("a level of view restrictions is cut off")
    return found
