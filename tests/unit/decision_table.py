"""The decision table of a link, written by hand from the specification: what stands, who tries, what must be answered.

Each row: the requirement, what differs from a plain living link without gates, what differs from a plain attempt, the
effect, what a stranger is told, and a word that the member's reason must hold. The plain attempt comes at noon of
15 May 2026 from 203.0.113.7, with nothing proved.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from exshare_core.decisions import Answer, Effect
from exshare_core.links import LinkState
from exshare_core.policy import Limits
from exshare_core.values import Networks, People

NOON = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

ALLOW, ASK, DENY = Effect.ALLOW, Effect.ASK, Effect.DENY
FINE = Answer.ALLOW
UNKNOWN, UNAVAILABLE = Answer.UNKNOWN, Answer.UNAVAILABLE
PASSWORD, ADDRESS, OPEN = Answer.ASK_PASSWORD, Answer.ASK_ADDRESS, Answer.ASK_OPEN
SIGN_IN, SSO, TERMS = Answer.ASK_SIGN_IN, Answer.ASK_SSO, Answer.ASK_TERMS

HOUSE, DESK = "Keep it to yourself.", "Nothing is copied."
"""Texts to accept."""

ADA = People.parse(["ada@example.com"])
EXAMPLE = People.parse(["example.com"])
BELOW = People.parse(["*.example.com"])
NOBODY = People()
OFFICE = Networks.parse(["203.0.113.0/24"])
ELSEWHERE = Networks.parse(["198.51.100.0/24"])
NOWHERE = Networks()

# (requirement, link and surroundings, attempt, effect, stranger's answer, a word of the member's reason)
ROWS: list[tuple[Any, ...]] = [
    ("L4 a living link without gates opens", {}, {}, ALLOW, FINE, ""),
    ("P1 without any layer nothing is allowed", {"layers": ()}, {}, DENY, UNKNOWN, "no such link"),
    ("L4 disabled", {"state": LinkState.DISABLED}, {}, DENY, UNKNOWN, "disabled"),
    ("L4 deleted", {"state": LinkState.DELETED}, {}, DENY, UNKNOWN, "deleted"),
    ("L2 an address that was withdrawn", {"revoked_at": NOON - SECOND}, {}, DENY, UNKNOWN, "withdrawn"),
    ("L4 rotated out at this very instant", {"revoked_at": NOON}, {}, DENY, UNKNOWN, "withdrawn"),
    ("L4 rotated with grace that still runs", {"valid_until": NOON + SECOND}, {}, ALLOW, FINE, ""),
    ("L4 rotated with grace that has ended", {"valid_until": NOON}, {}, DENY, UNKNOWN, "withdrawn"),
    ("L2 an address of another link", {"address_of": "otherlink"}, {}, DENY, UNKNOWN, "another link"),
    ("P7 the site is switched off", {"site_on": False}, {}, DENY, UNAVAILABLE, "for the site"),
    ("P7 the space is switched off", {"space_on": False}, {}, DENY, UNAVAILABLE, "for the space"),
    ("L15 the owner has left", {"owner_in": False}, {}, DENY, UNAVAILABLE, "left"),
    ("G8 disabled hides the kill switch", {"site_on": False, "state": LinkState.DISABLED}, {}, DENY, UNKNOWN, ""),
    (
        "P3 a password is demanded and missing",
        {"site": Limits(password_demanded=True)},
        {},
        DENY,
        UNAVAILABLE,
        "password",
    ),
    ("P3 an expiry is demanded and missing", {"site": Limits(expiry_demanded=True)}, {}, DENY, UNAVAILABLE, "expiry"),
    (
        "P3 a lifetime is expiry enough",
        {"site": Limits(expiry_demanded=True, lifetime=30 * DAY)},
        {},
        ALLOW,
        FINE,
        "",
    ),
    ("P3 a list is demanded and missing", {"site": Limits(people_demanded=True)}, {}, DENY, UNAVAILABLE, "list"),
    ("L14 not started", {"starts_at": NOON + SECOND}, {}, DENY, UNAVAILABLE, "not open before"),
    ("L14 started at this very instant", {"starts_at": NOON}, {}, ALLOW, FINE, ""),
    ("L14 a second before the expiry", {"expires_at": NOON + SECOND}, {}, ALLOW, FINE, ""),
    ("L14 now equals the expiry: closed", {"expires_at": NOON}, {}, DENY, UNAVAILABLE, "expired"),
    ("L14 after the expiry", {"expires_at": NOON - DAY}, {}, DENY, UNAVAILABLE, "expired"),
    (
        "P3 the lifetime counts from creation",
        {"site": Limits(lifetime=DAY), "created_at": NOON - DAY},
        {},
        DENY,
        UNAVAILABLE,
        "expired",
    ),
    (
        "P3 the lifetime counts from the last renewal",
        {"site": Limits(lifetime=DAY), "created_at": NOON - 9 * DAY, "renewed_at": NOON - DAY + SECOND},
        {},
        ALLOW,
        FINE,
        "",
    ),
    (
        "P2 the shorter of own expiry and lifetime",
        {"site": Limits(lifetime=30 * DAY), "expires_at": NOON},
        {},
        DENY,
        UNAVAILABLE,
        "expired",
    ),
    ("G5 from the office", {"networks": OFFICE}, {}, ALLOW, FINE, ""),
    ("G5 from elsewhere", {"networks": ELSEWHERE}, {}, DENY, UNAVAILABLE, "network"),
    ("G5 an empty list is nobody", {"networks": NOWHERE}, {}, DENY, UNAVAILABLE, "network"),
    ("G5 an unknown network is not the office", {"networks": OFFICE}, {"network": None}, DENY, UNAVAILABLE, "network"),
    ("G5 a mapped address is unwrapped", {"networks": OFFICE}, {"network": "::ffff:203.0.113.9"}, ALLOW, FINE, ""),
    (
        "P2 the site's networks meet the link's: disjoint is nobody",
        {"site": Limits(networks=ELSEWHERE), "networks": OFFICE},
        {},
        DENY,
        UNAVAILABLE,
        "network",
    ),
    (
        "P2 a blocked network",
        {"site": Limits(blocked_networks=frozenset({"203.0.113.0/28"}))},
        {},
        DENY,
        UNAVAILABLE,
        "blocked",
    ),
    ("G2 an address must be proved", {"people": ADA}, {}, ASK, ADDRESS, "address"),
    ("G2 proved", {"people": ADA}, {"proved": "ada@example.com"}, ALLOW, FINE, ""),
    ("G2 case of the local part does not matter", {"people": ADA}, {"proved": "Ada@Example.COM"}, ALLOW, FINE, ""),
    ("G2 proved, but not listed", {"people": ADA}, {"proved": "bob@example.com"}, ASK, ADDRESS, "address"),
    ("G2 on with an empty list is nobody", {"people": NOBODY}, {"proved": "ada@example.com"}, ASK, ADDRESS, "address"),
    ("G2 a whole domain", {"people": EXAMPLE}, {"proved": "bob@example.com"}, ALLOW, FINE, ""),
    ("G2 a sub-domain only when asked", {"people": EXAMPLE}, {"proved": "bob@mail.example.com"}, ASK, ADDRESS, ""),
    ("G2 sub-domains were asked", {"people": BELOW}, {"proved": "bob@mail.example.com"}, ALLOW, FINE, ""),
    ("G2 not a suffix of letters", {"people": BELOW}, {"proved": "bob@notexample.com"}, ASK, ADDRESS, ""),
    (
        "G3 the site's list meets the link's",
        {"site": Limits(people=EXAMPLE), "people": ADA},
        {"proved": "ada@example.com"},
        ALLOW,
        FINE,
        "",
    ),
    (
        "G3 disjoint lists are nobody",
        {"site": Limits(people=People.parse(["example.org"])), "people": ADA},
        {"proved": "ada@example.com"},
        ASK,
        ADDRESS,
        "",
    ),
    (
        "G3 the site's list alone asks",
        {"site": Limits(people=EXAMPLE)},
        {},
        ASK,
        ADDRESS,
        "",
    ),
    (
        "P2 a blocked address",
        {"site": Limits(blocked_people=frozenset({"ada@example.com"})), "people": EXAMPLE},
        {"proved": "ada@example.com"},
        ASK,
        ADDRESS,
        "",
    ),
    (
        "G9 an address proof of an older security version",
        {"people": ADA, "security_version": 2},
        {"proved": "ada@example.com"},
        ASK,
        ADDRESS,
        "",
    ),
    ("G2 signing in here proves the mailbox", {"people": ADA}, {"account": "ada@example.com"}, ALLOW, FINE, ""),
    ("G2 so does an organisation that confirms it", {"people": ADA}, {"sso": "ada@example.com"}, ALLOW, FINE, ""),
    ("G11 so does an embedding host", {"people": ADA}, {"signed": "ada@example.com"}, ALLOW, FINE, ""),
    ("G2 signed in, but not listed", {"people": ADA}, {"account": "bob@example.com"}, ASK, ADDRESS, "address"),
    ("G2 signed in without a mailbox, beside a list", {"people": EXAMPLE}, {"sso": None}, ASK, ADDRESS, "address"),
    ("G4 signing in is demanded", {"sign_in": True}, {}, ASK, SIGN_IN, "signing in"),
    ("G4 signed in here", {"sign_in": True}, {"account": "bob@example.org"}, ALLOW, FINE, ""),
    ("G4 signed in with an organisation", {"sign_in": True}, {"sso": None}, ALLOW, FINE, ""),
    ("G11 a signed visitor is signed in", {"sign_in": True}, {"signed": "bob@example.org"}, ALLOW, FINE, ""),
    ("G4 a mailbox is no sign-in", {"sign_in": True}, {"proved": "ada@example.com"}, ASK, SIGN_IN, "signing in"),
    (
        "G4 nor is one that is listed",
        {"sign_in": True, "people": ADA},
        {"proved": "ada@example.com"},
        ASK,
        SIGN_IN,
        "signing in",
    ),
    (
        "G4 who signs in must be listed all the same",
        {"sign_in": True, "people": ADA},
        {"account": "bob@example.com"},
        ASK,
        SIGN_IN,
        "",
    ),
    ("G4 any layer can demand it", {"site": Limits(sign_in_demanded=True)}, {}, ASK, SIGN_IN, "signing in"),
    ("P2 a layer that does not demand it asks nothing", {"site": Limits(sign_in_demanded=False)}, {}, ALLOW, FINE, ""),
    ("G4 an organisation is demanded", {"sso": True}, {}, ASK, SSO, "organisation"),
    ("G4 an account here is none", {"sso": True}, {"account": "ada@example.com"}, ASK, SSO, "organisation"),
    ("G11 nor is an embedding host", {"sso": True}, {"signed": "ada@example.com"}, ASK, SSO, "organisation"),
    ("G4 an organisation it is", {"sso": True}, {"sso": "ada@example.com"}, ALLOW, FINE, ""),
    ("P2 the stricter of two demands", {"site": Limits(sso_demanded=True), "sign_in": True}, {}, ASK, SSO, ""),
    (
        "P2 a blocked address that signs in",
        {"site": Limits(blocked_people=frozenset({"ada@example.com"})), "sign_in": True},
        {"account": "ada@example.com"},
        ASK,
        SIGN_IN,
        "",
    ),
    (
        "P2 beside a block, who has no mailbox may be blocked",
        {"site": Limits(blocked_people=frozenset({"ada@example.com"})), "sign_in": True},
        {"sso": None},
        ASK,
        SIGN_IN,
        "",
    ),
    (
        "G9 a sign-in of an older security version",
        {"sign_in": True, "security_version": 2},
        {"account": "ada@example.com"},
        ASK,
        SIGN_IN,
        "",
    ),
    ("G6 terms are to accept", {"terms": HOUSE}, {}, ASK, TERMS, "terms"),
    ("G6 accepted", {"terms": HOUSE}, {"accepted": [HOUSE]}, ALLOW, FINE, ""),
    ("G6 another text was accepted", {"terms": HOUSE}, {"accepted": [DESK]}, ASK, TERMS, "terms"),
    ("P2 the texts of all layers", {"site": Limits(terms=frozenset({DESK})), "terms": HOUSE}, {}, ASK, TERMS, "terms"),
    (
        "G6 one of two was accepted",
        {"site": Limits(terms=frozenset({DESK})), "terms": HOUSE},
        {"accepted": [HOUSE]},
        ASK,
        TERMS,
        "",
    ),
    (
        "G6 both were, in whatever order",
        {"site": Limits(terms=frozenset({DESK})), "terms": HOUSE},
        {"accepted": [HOUSE, DESK]},
        ALLOW,
        FINE,
        "",
    ),
    (
        "G9 accepted under an older security version",
        {"terms": HOUSE, "security_version": 2},
        {"accepted": [HOUSE]},
        ASK,
        TERMS,
        "",
    ),
    ("G8 signing in before the password", {"sign_in": True, "password": True}, {}, ASK, SIGN_IN, ""),
    ("G8 the password before the terms", {"password": True, "terms": HOUSE}, {}, ASK, PASSWORD, ""),
    ("G8 then the terms", {"password": True, "terms": HOUSE}, {"password_proved": True}, ASK, TERMS, ""),
    ("G8 the terms before the Open button", {"terms": HOUSE, "max_opens": 1}, {}, ASK, TERMS, ""),
    ("G8 used up is not told before the terms", {"terms": HOUSE, "max_opens": 1}, {"opens": 1}, DENY, TERMS, "used"),
    ("G1 the password is asked", {"password": True}, {}, ASK, PASSWORD, "password"),
    ("G1 the password was given", {"password": True}, {"password_proved": True}, ALLOW, FINE, ""),
    (
        "G9 a password proof of an older security version",
        {"password": True, "security_version": 2},
        {"password_proved": True},
        ASK,
        PASSWORD,
        "",
    ),
    (
        "G9 a proof for another link",
        {"password": True},
        {"password_proved": True, "proof_for": "otherlink"},
        ASK,
        PASSWORD,
        "",
    ),
    (
        "L14 a proof of twelve hours ago",
        {"password": True},
        {"password_proved": True, "proved_at": NOON - 12 * 3600 * SECOND},
        ASK,
        PASSWORD,
        "",
    ),
    ("G8 the address is asked before the password", {"password": True, "people": ADA}, {}, ASK, ADDRESS, ""),
    ("G8 then the password", {"password": True, "people": ADA}, {"proved": "ada@example.com"}, ASK, PASSWORD, ""),
    ("G8 the network before the address", {"people": ADA, "networks": ELSEWHERE}, {}, DENY, UNAVAILABLE, "network"),
    ("G8 the time before the network", {"expires_at": NOON, "networks": ELSEWHERE}, {}, DENY, UNAVAILABLE, "expired"),
    ("L14 a limited link shows the Open button", {"max_opens": 1}, {}, ASK, OPEN, "opens"),
    ("L14 used up", {"max_opens": 1}, {"opens": 1}, DENY, UNAVAILABLE, "used"),
    (
        "L14 a running visit goes on though uses ran out",
        {"max_opens": 1},
        {"opens": 1, "visit": NOON - 60 * SECOND},
        ALLOW,
        FINE,
        "",
    ),
    (
        "L14 a visit idle for 30 minutes is over",
        {"max_opens": 1},
        {"opens": 1, "visit": NOON - 1800 * SECOND},
        DENY,
        UNAVAILABLE,
        "used",
    ),
    (
        "L14 a visit ends after twelve hours",
        {"max_opens": 9},
        {"opens": 1, "visit": NOON - 12 * 3600 * SECOND, "seen": NOON - SECOND},
        ASK,
        OPEN,
        "",
    ),
    (
        "G9 a visit of an older security version is over",
        {"max_opens": 9, "security_version": 2},
        {"opens": 1, "visit": NOON - SECOND},
        ASK,
        OPEN,
        "",
    ),
    (
        "P2 the fewest opens of all layers",
        {"site": Limits(opens=1), "max_opens": 5},
        {"opens": 1},
        DENY,
        UNAVAILABLE,
        "used",
    ),
    ("P2 the site alone limits opens", {"site": Limits(opens=3)}, {}, ASK, OPEN, ""),
    (
        "G8 used up is not told before the password",
        {"password": True, "max_opens": 1},
        {"opens": 1},
        DENY,
        PASSWORD,
        "used",
    ),
]
