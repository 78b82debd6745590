"""Who may do what, as one table: every route of members, of admins and of the API, by every role (spec R1-R6, A2).

A row is a method, a path and what each role is answered; written by hand from the spec. Paths name what they are about in
braces: a link of Ada's in the space TEAM, a key of hers, a member. A route without a row fails the test that reads this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen
from starlette.testclient import TestClient

from exshare_core.accounts import Member
from exshare_core.api_keys import KeyForm, Operation
from exshare_core.governance import SpaceRules, assign
from exshare_core.schemes import Granted, Grantees, Scheme
from exshare_core.sharing import LinkForm
from exshare_core.values import AccountId, MemberId, SiteId
from exshare_web.api.operations import OPERATIONS
from exshare_web.form_tokens import form_token
from exshare_web.manager.session import PURPOSE
from tests.integration.admins import BETA, TEAM, policy_of, store
from tests.integration.members import COOKIE, Places, Seat, sign_in
from tests.integration.shell import BOSS, MEMBER_PASSWORD, OWNER, ROOT, SITE, Shell, run

ROLES = ("nobody", "foreign", "plain", "granted", "space", "admin", "disabled")
"""Nobody; a member of another site; one of this site; one whom the scheme lets see, change, delete and send the links of
others; an admin of the space; an admin of the site; and one who was locked out while signed in.
"""

PAGES = """
GET  /manage                                            303 303 303 303 303 303 303
GET  /manage/sign-in                                    200 200 200 200 200 200 200
POST /manage/sign-in                                    403 403 403 403 403 403 403
POST /manage/sign-in/with/{site}/{provider}             303 303 303 303 303 303 303
GET  /manage/sign-in/code                               303 303 303 303 303 303 303
POST /manage/sign-in/code                               403 403 403 403 403 403 403
GET  /manage/sign-in/second-factor                      303 303 303 303 303 303 303
POST /manage/sign-in/second-factor                      403 403 403 403 403 403 403
POST /manage/sign-out                                   303 403 403 403 403 403 403
GET  /manage/setup/{setup}                              404 404 404 404 404 404 404
POST /manage/setup/{setup}                              404 404 404 404 404 404 404
GET  /manage/{site}/account                             303 404 200 200 200 200 303
POST /manage/{site}/account/password                    303 404 400 400 400 400 303
POST /manage/{site}/account/notices                     303 404 400 400 400 400 303
GET  /manage/{site}/account/confirm                     303 404 200 200 200 200 303
POST /manage/{site}/account/confirm                     303 404 403 403 403 403 303
GET  /manage/{site}/account/second-factor               303 404 200 200 200 200 303
POST /manage/{site}/account/second-factor               303 404 303 303 303 303 303
POST /manage/{site}/account/second-factor/remove        303 404 303 303 303 303 303
POST /manage/{site}/account/recovery-codes              303 404 404 404 404 404 303
POST /manage/{site}/account/sessions                    303 404 303 303 303 303 303
GET  /manage/{site}/keys                                303 404 200 200 200 200 303
POST /manage/{site}/keys                                303 404 422 422 422 422 303
POST /manage/{site}/keys/{key}/revoke                   303 404 404 404 404 303 303
GET  /manage/{site}/links                               303 404 200 200 200 200 303
GET  /manage/{site}/links.csv                           303 404 200 200 200 200 303
POST /manage/{site}/bulk                                303 404 400 400 400 400 303
POST /manage/{site}/bulk/do                             303 404 400 400 400 400 303
GET  /manage/{site}/new                                 303 404 200 200 200 200 303
POST /manage/{site}/new                                 303 404 400 400 400 400 303
POST /manage/{site}/new/check                           303 404 400 400 400 400 303
GET  /manage/{site}/links/{link}                        303 404 404 200 200 200 303
POST /manage/{site}/links/{link}                        303 404 404 412 412 412 303
POST /manage/{site}/links/{link}/check                  303 404 404 412 412 412 303
POST /manage/{site}/links/{link}/preview-unsaved        303 404 404 412 412 412 303
POST /manage/{site}/links/{link}/{act}                  303 404 404 303 303 303 303
POST /manage/{site}/links/{link}/addresses/{address}/revoke 303 404 404 404 404 404 303
GET  /manage/{site}/links/{link}/explain                303 404 404 200 200 200 303
GET  /manage/{site}/activity                            303 404 403 403 303 200 303
GET  /manage/{site}/activity?space=TEAM                 303 404 403 403 200 200 303
GET  /manage/{site}/activity.csv                        303 404 403 403 403 200 303
GET  /manage/{site}/activity.csv?space=TEAM             303 404 403 403 200 200 303
GET  /manage/{site}/activity.json                       303 404 403 403 403 200 303
GET  /manage/{site}/activity/chain                      303 404 403 403 403 200 303
POST /manage/{site}/activity/chain                      303 404 403 403 403 200 303
GET  /manage/{site}/failures                            303 404 403 403 403 200 303
GET  /manage/{site}/policy                              303 404 403 403 200 200 303
POST /manage/{site}/policy/loosening                    303 404 403 403 403 200 303
POST /manage/{site}/policy/leavers                      303 404 403 403 403 200 303
POST /manage/{site}/policy/configurations               303 404 403 403 403 412 303
POST /manage/{site}/policy/configurations/remove        303 404 403 403 403 403 303
GET  /manage/{site}/policy/layer?of=site                303 404 403 403 403 200 303
GET  /manage/{site}/policy/layer?of=space+TEAM          303 404 403 403 200 200 303
POST /manage/{site}/policy/layer?of=site                303 404 403 403 403 200 303
POST /manage/{site}/policy/layer?of=space+TEAM          303 404 403 403 200 200 303
GET  /manage/{site}/policy/space?key=TEAM               303 404 403 403 200 200 303
POST /manage/{site}/policy/space?key=TEAM               303 404 403 403 403 412 303
GET  /manage/{site}/policy/scheme                       303 404 403 403 403 200 303
POST /manage/{site}/policy/scheme                       303 404 403 403 403 200 303
GET  /manage/{site}/policy/switch                       303 404 403 403 403 200 303
GET  /manage/{site}/policy/switch?key=TEAM              303 404 403 403 200 200 303
POST /manage/{site}/policy/switch                       303 404 403 403 403 303 303
POST /manage/{site}/policy/switch?key=TEAM              303 404 403 403 303 303 303
GET  /manage/{site}/policy/history                      303 404 403 403 403 200 303
GET  /manage/{site}/policy/document                     303 404 403 403 403 200 303
POST /manage/{site}/policy/document                     303 404 403 403 403 200 303
GET  /manage/{site}/policy/branding                     303 404 403 403 403 200 303
POST /manage/{site}/policy/branding                     303 404 403 403 403 200 303
POST /manage/{site}/policy/branding/pictures            303 404 403 403 403 303 303
GET  /manage/{site}/policy/document.toml                303 404 403 403 403 200 303
"""
"""What each page answers to each of `ROLES`, in a browser in which they are signed in, with the token of its forms."""

API = """
GET    /api/v1                                          200 200 200 200 200 200 200 200
GET    /api/v1/openapi.json                             200 200 200 200 200 200 200 200
GET    /api/v1/key                                      401 200 200 200 200 200 401 200
GET    /api/v1/sites/{site}/keys                        401 404 200 200 200 200 401 403
POST   /api/v1/sites/{site}/keys                        401 404 201 201 201 201 401 403
DELETE /api/v1/sites/{site}/keys/{key}                  401 404 404 404 404 200 401 403
GET    /api/v1/sites/{site}/links                       401 404 200 200 200 200 401 403
POST   /api/v1/sites/{site}/links                       401 404 201 201 201 201 401 403
GET    /api/v1/sites/{site}/links/{link}                401 404 404 200 200 200 401 403
PATCH  /api/v1/sites/{site}/links/{link}                401 404 404 200 200 200 401 403
DELETE /api/v1/sites/{site}/links/{link}                401 404 404 204 204 204 401 403
POST   /api/v1/sites/{site}/links/{link}/disable        401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/enable         401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/renew          401 404 404 422 422 422 401 403
POST   /api/v1/sites/{site}/links/{link}/confirm        401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/rotate         401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/bulk?dry_run=true     401 404 200 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/transfer       401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/send           401 404 404 202 403 202 401 403
GET    /api/v1/sites/{site}/links/{link}/addresses      401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/addresses      401 404 404 201 201 201 401 403
GET    /api/v1/sites/{site}/links/{link}/addresses/{address} 401 404 404 404 404 404 401 403
DELETE /api/v1/sites/{site}/links/{link}/addresses/{address} 401 404 404 404 404 404 401 403
GET    /api/v1/sites/{site}/links/{link}/reach          401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/reach                       401 404 200 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/reach          401 404 404 200 200 200 401 403
POST   /api/v1/sites/{site}/links/{link}/preview        401 404 404 200 200 200 401 403
GET    /api/v1/sites/{site}/links/{link}/activity       401 404 404 200 200 200 401 403
GET    /api/v1/sites/{site}/activity                    401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/activity?space=TEAM         401 404 403 403 200 200 401 403
GET    /api/v1/sites/{site}/activity/chain              401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/activity/verification       401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/failures                    401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/links/{link}/explanation    401 404 404 200 200 200 401 403
GET    /api/v1/sites/{site}/policy                      401 404 403 403 403 200 401 403
PUT    /api/v1/sites/{site}/policy?dry_run=true         401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/policy/history              401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/branding                    401 404 403 403 403 200 401 403
PUT    /api/v1/sites/{site}/branding?dry_run=true       401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/switch                      401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/switch?space=TEAM           401 404 403 403 200 200 401 403
PUT    /api/v1/sites/{site}/switch                      401 404 403 403 403 200 401 403
PUT    /api/v1/sites/{site}/switch?space=TEAM           401 404 403 403 200 200 401 403
GET    /api/v1/sites/{site}/spaces                      401 404 200 200 200 200 401 403
GET    /api/v1/sites/{site}/spaces/{space}              401 404 403 403 200 200 401 403
PUT    /api/v1/sites/{site}/spaces/{space}              401 404 403 403 200 200 401 403
GET    /api/v1/sites/{site}/pages?text=10               401 404 200 200 200 200 401 403
GET    /api/v1/sites/{site}/pages/{page}/shared         401 404 200 200 200 200 401 403
POST   /api/v1/sites/{site}/pages/{page}/badge          401 404 201 201 201 201 401 403
GET    /api/v1/sites/{site}/members                     401 404 403 403 403 200 401 403
GET    /api/v1/sites/{site}/members/{member}            401 404 403 403 403 200 401 403
POST   /api/v1/sites/{site}/members/{member}/disable    401 404 403 403 403 200 401 403
POST   /api/v1/sites/{site}/members/{member}/enable     401 404 403 403 403 200 401 403
"""
"""The same over the API, with a key of each of `ROLES` that may be used for everything; and, last, with a key of the admin
of the site that may be used for everything but what the operation needs.
"""

FIELDS: Mapping[str, Mapping[str, str]] = {
    "POST /manage/sign-out": {"csrf": ""},
    "POST /manage/{site}/account/notices": {"address": "nobody"},
    "POST /manage/{site}/account/sessions": {"end": "none"},
    "POST /manage/{site}/policy/loosening": {"do": "edit"},
    "POST /manage/{site}/policy/leavers": {"do": "edit"},
    "POST /manage/{site}/policy/configurations": {"name": "other"},
    "POST /manage/{site}/policy/configurations/remove": {"name": "default"},
    "POST /manage/{site}/policy/layer": {"do": "edit"},
    "POST /manage/{site}/policy/space": {"do": "save"},
    "POST /manage/{site}/policy/scheme": {"do": "edit"},
    "POST /manage/{site}/policy/switch": {"turn_choice": "on"},
    "POST /manage/{site}/policy/document": {"do": "edit"},
}
"""What is sent by a form besides its token, so that the request reaches the judgement of who sends it."""

BODIES: Mapping[str, Any] = {
    "POST /api/v1/sites/{site}/keys": {"name": "another", "operations": ["links:read"]},
    "POST /api/v1/sites/{site}/links": {"page": ROOT, "name": "by a program"},
    "PATCH /api/v1/sites/{site}/links/{link}": {"name": "changed"},
    "POST /api/v1/sites/{site}/links/bulk": {"deed": "disable", "all": True},
    "POST /api/v1/sites/{site}/links/{link}/transfer": {"owner": "ada"},
    "POST /api/v1/sites/{site}/links/{link}/rotate": {"grace_seconds": 0},
    "POST /api/v1/sites/{site}/links/{link}/send": {"to": ["eva@example.com"], "note": "here it is"},
    "POST /api/v1/sites/{site}/pages/{page}/badge": {"seconds": 60},
    "POST /api/v1/sites/{site}/links/{link}/addresses": {"recipients": ["eva@example.com"]},
    "POST /api/v1/sites/{site}/reach": {"page": ROOT, "children": True},
    "POST /api/v1/sites/{site}/links/{link}/reach": {"children": True},
    "POST /api/v1/sites/{site}/links/{link}/preview": {"visitor": "eva@example.com"},
    "PUT /api/v1/sites/{site}/policy": "",
    "PUT /api/v1/sites/{site}/branding": {"name": "Acme"},
    "PUT /api/v1/sites/{site}/switch": {"on": True},
    "PUT /api/v1/sites/{site}/spaces/{space}": {"limits": ""},
}
"""What is sent over the API; text where it is no JSON."""


@frozen
class Row:
    """One line of a table."""

    method: str
    path: str
    """With its query."""
    expected: tuple[int, ...]

    @property
    def route(self) -> str:
        """The method and the path of the route, as `FIELDS` and `BODIES` name it."""
        return f"{self.method} {self.path.partition('?')[0]}"


def rows(table: str) -> tuple[Row, ...]:
    """The lines of a table."""
    parts = (line.split() for line in table.strip().splitlines())
    return tuple(Row(method, path, tuple(map(int, expected))) for method, path, *expected in parts)


class World:
    """One service with somebody of each role, each in a browser and with a key."""

    def __init__(self) -> None:
        self.shell = Shell()
        self.count = 0
        shell, add = self.shell, self.shell.services.membership.add
        shell.content.accounts.update(AccountId(f"557058:{role}") for role in ROLES)
        run(shell.storage.policies.ensure_site(BETA))
        for cases in (
            shell.services.sharing, shell.services.governing, shell.services.leaving, shell.services.auditing
        ):  # fmt: skip
            cases[BETA] = evolve(cases[SITE], site=BETA)  # type: ignore[index]
        self.members: dict[str, Member] = {}
        for role in ROLES[1:]:
            site = BETA if role == "foreign" else SITE
            added, _ = run(
                add(
                    role,
                    site=site,
                    admin=role == "admin",
                    password=MEMBER_PASSWORD,
                    identity=BOSS if role == "admin" else AccountId(f"557058:{role}"),
                )
            )
            self.members[role] = added
        self._grant()
        self.seats = {role: self._seat(role) for role in ROLES}
        self.keys = {role: self._key(role, frozenset(Operation)) for role in ROLES[1:]}
        run(shell.services.membership.disable(self.members["disabled"].id))

    def _grant(self) -> None:
        everyone = Grantees(everyone=True)
        granted = Grantees(members=frozenset({self.members["granted"].id}))
        own = (Granted.CREATE, Granted.VIEW_OWN, Granted.EDIT_OWN, Granted.DELETE_OWN, Granted.SEND_OWN)
        others = (Granted.VIEW_PAGE, Granted.EDIT_OTHERS, Granted.DELETE_OTHERS, Granted.SEND_OTHERS)
        scheme = Scheme({**dict.fromkeys(own, everyone), **dict.fromkeys(others, granted)})
        policy = evolve(policy_of(self.shell), scheme=scheme)
        admins = Grantees(members=frozenset({MemberId(self.members["space"].id)}))
        store(self.shell, assign(policy, TEAM, SpaceRules(admins=admins)))

    def _seat(self, role: str) -> Seat:
        seat = Seat(self.shell, self.shell.client(), role)
        if role != "nobody":
            answer = sign_in(seat.client, role, site=BETA if role == "foreign" else SITE)
            assert answer.status_code == 303, answer.text
        return seat

    def _key(self, role: str, operations: frozenset[Operation]) -> str:
        site = BETA if role == "foreign" else SITE
        _, text = run(self.shell.services.keying.make(self.members[role], site, KeyForm(role, operations)))
        return text

    def path(self, row: Row, **given: str) -> str:
        """The address of a row, with something fresh in each of its places."""
        places = Places(site=SITE, space="TEAM", page=ROOT, act="disable", setup="none", **given)
        if "{link}" in row.path and "link" not in given:
            places["link"] = self.a_link()
        if "{key}" in row.path and "key" not in given:
            places["key"] = self.a_key()
        if "{member}" in row.path and "member" not in given:
            places["member"] = self.a_member()
        return row.path.format_map(places)

    def a_link(self, site: SiteId = SITE) -> str:
        """A link of Ada's, or of somebody on another site."""
        if site == SITE:
            return self.shell.make_link(name="of Ada").id
        sharing = self.shell.services.sharing[site]
        shown, _ = run(sharing.create(None, self.members["foreign"], ROOT, LinkForm()))
        return shown.link.id

    def a_key(self, site: SiteId = SITE) -> str:
        """A key of Ada's, or of somebody on another site."""
        owner = self.shell.owner if site == SITE else self.members["foreign"]
        key, _ = run(self.shell.services.keying.make(owner, site, KeyForm("a key", frozenset(Operation))))
        run(self.shell.services.keying.revoke(owner, site, key.id))
        return key.id

    def a_member(self, site: SiteId = SITE) -> str:
        """A member who does nothing."""
        self.count += 1
        added, _ = run(self.shell.services.membership.add(f"idle {self.count}", site=site, identity=OWNER))
        return added.id

    def browse(self, row: Row, role: str, fields: Mapping[str, str] | None = None, **given: str) -> Any:
        """What a browser of that role is answered, with further fields in the form where there are any."""
        seat = self.seats[role]
        if row.method == "GET":
            return seat.client.get(self.path(row, **given))
        sent = {"csrf": token_of(seat), **FIELDS.get(row.route, {}), **(fields or {})}
        return seat.client.post(self.path(row, **given), data=sent)

    def call(self, row: Row, secret: str | None, *, body: Any = None, seen: str | None = None, **given: str) -> Any:
        """What a program with that key is answered, with the version in force unless it says which it has seen."""
        path, sent = self.path(row, **given), BODIES.get(row.route) if body is None else body
        headers = {"if-match": f'"{self.version(row) if seen is None else seen}"'}
        if secret is not None:
            headers["authorization"] = f"Bearer {secret}"
        more: dict[str, Any] = {"content": sent} if isinstance(sent, (str, bytes)) else {"json": sent}
        return self.client.request(row.method, path, headers=headers, **({} if sent is None else more))

    def version(self, row: Row) -> int:
        """The version of what a row is about."""
        if "/branding" in row.path:
            return 0
        return policy_of(self.shell).version if "/policy" in row.path or "/spaces" in row.path else 1

    def key_without(self, row: Row) -> str:
        """A key of the admin of the site that may be used for everything but what the row needs."""
        needs = next((one.needs for one in OPERATIONS if f"{one.method} {one.address}" == row.route), None)
        return self._key_without(needs)

    def _key_without(self, needs: Operation | None) -> str:
        name = "all" if needs is None else needs.value
        if name not in self.keys:
            self.keys[name] = self._key("admin", frozenset(Operation) - {needs})
        return self.keys[name]

    @property
    def client(self) -> TestClient:
        """A program without cookies, in a network of its own, so that those without a key do not wait for each other."""
        self.count += 1
        return self.shell.client(f"2001:db8:{self.count:x}::1")


def token_of(seat: Seat) -> str:
    """The token of the session's own forms, whatever site it is of; nothing without a session."""
    secret = seat.client.cookies.get(COOKIE)
    return "" if secret is None else form_token(secret, PURPOSE)
