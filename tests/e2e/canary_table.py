"""The table of the canary run: which words a visitor may get to see through which link, and where words may rest.

A word is looked for in every byte that was sent or left behind. What is not named here is seen, and rests, nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from exshare_demo.canaries import CANARIES, FOOTER_COMMENT, INLINE_COMMENT

PASSWORD = "seven herons in the rain"
MEMBER_PASSWORD = "a sentence that only Lena knows"
LISTED = "canary-listed-figures.csv"
"""A file of a page that does not mention it."""
READER = "grace@reader.example"
"""The visitor who is on the list of the link for people."""

BEHIND = "canary-behind-the-picture"
"""Stands in the file of a logo, where nobody sees it."""
REFUSED = "canary-refused-style"
"""Stands in a look that may not be."""

OPTIONS: Mapping[str, Mapping[str, str | list[str]]] = {
    "plain": {},
    "password": {"password_choice": "new", "password": PASSWORD},
    "people": {"people_choice": "listed", "people": READER},
    "limited": {"max_opens": "5"},
    "children": {"children": "on"},
    "restricted": {"children": "on", "restricted_pages": "on"},
    "attachments": {"children": "on", "allow": "attachments=view"},
    "labels": {"children": "on", "allow": "labels search pdf"},
    "comments": {"children": "on", "allow": "comments=view status history=view"},
    "history": {"children": "on", "allow": "history=view old-versions"},
    "names": {"children": "on", "allow": "names"},
    "confluence-links": {"children": "on", "allow": "confluence-links"},
    "includes": {"children": "on", "allow": "includes"},
    "everything": {
        "children": "on",
        "restricted_pages": "on",
        "allow": "comments=view attachments=view labels status history=view old-versions search pdf names "
        "confluence-links includes",
    },
}
"""The links of one site, all for the home page of the guide, as fields of the form that a member fills in."""

GATED = frozenset({"password", "people", "limited"})
"""Those that ask for something before they show a page."""
TREES = frozenset(OPTIONS) - GATED - {"plain"}
FEW = ("plain", "password", "people", "limited", "everything")
"""The links that are made where a further kind of site or store is run through."""

WORDS: Mapping[str, tuple[str, ...]] = {
    **CANARIES,
    "email": tuple(word for word in CANARIES["email"] if word != "canary-orders@lantern-works.example"),
    "typed address": ("canary-orders@lantern-works.example",),
    "home": ("the harbour at Brightwater went dark",),
    "child": ("Cut the straps, never the rope", "Unpacking a lamp"),
    "restricted title": ("Kestrel price list", "Kestrel discounts"),
    "hidden title": ("Board minutes", "Paraffin catalogue", "Oil lamp recall"),
    "outside title": ("Payroll calendar",),
    "included": ("arrives smelling of salt",),
    "name": ("Lena Keeper", "Ivo Former", "Exshare Connector"),
    "file": (LISTED,),
    "excluded file": ("supplier-quote.txt",),
    "named file": ("prices.pdf",),
    "comment": (FOOTER_COMMENT,),
    "comment on words": (INLINE_COMMENT,),
    "settled comment": ("Does anybody do this in spring?",),
    "hidden by an admin": (BEHIND, REFUSED),
}
"""Words by kind: those that the stand-in plants, and a few that are rightly seen through some links."""

SEEN: Mapping[str, frozenset[str]] = {
    "home": frozenset(OPTIONS),
    "child": TREES,
    "external-image-host": TREES,
    "label": frozenset({"labels", "everything"}),
    "comment": frozenset({"comments", "everything"}),
    "comment on words": frozenset({"comments", "everything"}),
    "settled comment": frozenset({"comments", "everything"}),
    "status": frozenset({"comments", "everything"}),
    "old-version": frozenset({"history", "everything"}),  # older than any link
    "version-message": frozenset({"history", "everything"}),
    "name": frozenset({"names", "everything"}),
    "file": frozenset({"attachments", "everything"}),
    "restricted": frozenset({"restricted", "everything"}),
    "restricted title": frozenset({"restricted", "everything"}),
    "named file": frozenset({"restricted", "everything"}),  # by the words of its page, which the author wrote
    "included": frozenset({"includes", "everything"}),
    "outside title": frozenset({"includes", "everything"}),  # in lists that a page of the share has
    "confluence": frozenset({"confluence-links", "everything"}),
}
"""The links through which a visitor sees words of a kind, once every gate is passed; before that nobody sees any."""

UNKNOWN: Mapping[str, frozenset[str]] = {"centre": frozenset({"status"})}
"""Kinds of words that a kind of site does not know."""

MEMBERS: frozenset[str] = frozenset(
    {"home title", "restricted title", "child", "name", "hidden title", "outside title"}
)
"""What the pages of a signed-in member may show of Confluence: titles and names that they can see there."""

DATABASE: frozenset[str] = frozenset({"account", "user-key"})
"""What rests in the database: with whose rights a link reads."""


def look_of(site: str) -> str:
    """The name under which a site presents itself: at the head of all of its own pages and of no other site's."""
    return f"canary-look of the {site}"
