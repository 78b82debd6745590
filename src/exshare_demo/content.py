"""Fills a site with Lantern Works: people, spaces, tree, files, labels, comments."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from exshare_demo import canaries, files, guide, pages, team
from exshare_demo.gallery import apps, editor, gallery, links_page
from exshare_demo.model import Attachment, Comment, Content, Kind, Node, Restriction, Revision, Space, State, User

if TYPE_CHECKING:
    from exshare_demo.forms import Part
    from exshare_demo.tree import Tree

FOUNDED = datetime(2026, 1, 5, 8, 30, 0, 974000, tzinfo=UTC)


def file_id(number: int) -> str:
    """The media id of a file."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"file {number}"))


def fill(site: Tree) -> None:
    """Put everything in."""
    _people(site)
    _spaces(site)
    _tree(site)
    _files(site)
    _details(site)
    _comments(site)


def _people(site: Tree) -> None:
    everybody = {pages.EVERYBODY}
    rows = [
        (pages.CONNECTOR, "Exshare Connector", everybody | {"exshare-connectors"}, "app"),
        (pages.MIRA, "Mira Demo", everybody | {pages.LAMP_MAKERS}, "atlassian"),
        (pages.TOVE, "Tove Demo", everybody, "atlassian"),
        (pages.IVO, "Ivo Former", set[str](), "atlassian"),
        (pages.LENA, "Lena Keeper", everybody | {pages.LAMP_MAKERS, pages.PRICE_KEEPERS}, "atlassian"),
    ]
    for index, (name, shown, groups, kind) in enumerate(rows):
        account, key, email = (canaries.CANARIES[k][index] for k in ("account", "user-key", "email"))
        site.users[name] = User(name, shown, account, key, email, 40090001 + index, frozenset(groups), kind)
    site.left.add(pages.IVO)


def _spaces(site: Tree) -> None:
    site.spaces[pages.GUIDE] = Space(
        pages.GUIDE_ID, pages.GUIDE, "Lantern Works Guide", pages.HOME, viewer_groups={pages.EVERYBODY}
    )
    site.spaces[pages.TEAM] = Space(
        pages.TEAM_ID,
        pages.TEAM,
        "Lamp makers",
        pages.TEAM_HOME,
        {pages.CONNECTOR},
        {pages.LAMP_MAKERS},
        "collaboration",
    )


def _put(
    site: Tree, node_id: int, parent: int | None, title: str, parts: tuple[Part, ...] = (), kind: Kind = "page"
) -> Node:
    space = site.nodes[parent].space if parent is not None else pages.GUIDE
    place = None if parent is None else 1000 + 10 * len([n for n in site.nodes.values() if n.parent == parent])
    at = FOUNDED + timedelta(hours=len(site.nodes))
    node = Node(node_id, kind, space, title, parent, place, at, pages.MIRA)
    node.revisions.append(Revision(1, at, pages.MIRA, "", parts))
    site.nodes[node_id] = node
    return node


def _tree(site: Tree) -> None:
    put, home = _put, pages.HOME
    put(site, home, None, "Lantern Works Guide", guide.home())
    put(site, pages.START, home, "Getting started", guide.start())
    put(site, pages.UNPACK, pages.START, "Unpacking a lamp", guide.unpack())
    put(site, pages.FIRST_NIGHT, pages.START, "The first night", guide.first_night())
    put(site, pages.GALLERY, home, "Gallery of everything", gallery())
    put(site, pages.GALLERY_APPS, pages.GALLERY, "Gallery: apps and readers", apps())
    put(site, pages.GALLERY_LINKS, pages.GALLERY, "Gallery: links", links_page())
    put(site, pages.GALLERY_EDITOR, pages.GALLERY, "Gallery: newer editor", editor())
    put(site, pages.HANDBOOKS_FOLDER, home, "Handbooks", kind="folder")
    put(site, pages.CARE, pages.HANDBOOKS_FOLDER, "Caring for lenses", guide.care())
    put(site, pages.REPAIR, pages.HANDBOOKS_FOLDER, "Repair handbook", guide.repair())
    put(site, pages.REPAIR_DIMMER, pages.REPAIR, "Dimmer relay", guide.dimmer())
    put(site, pages.OLD_MODELS_FOLDER, pages.HANDBOOKS_FOLDER, "Older models", kind="folder")
    put(site, pages.KESTREL_ONE, pages.OLD_MODELS_FOLDER, "Kestrel I", guide.kestrel_one())
    put(site, pages.CATALOGUE, home, "Catalogue 2026/27", guide.catalogue())
    put(site, pages.HERON, pages.CATALOGUE, "Heron 9 lamp", guide.lamp("Heron 9", "Mira Demo", "9 km"))
    put(site, pages.KESTREL, pages.CATALOGUE, "Kestrel 12 lamp", guide.lamp("Kestrel 12", "Tove Demo", "12 km"))
    put(site, pages.RESTRICTED_PAGE, pages.CATALOGUE, "Kestrel price list", guide.price_list())
    put(site, pages.BELOW_RESTRICTED_PAGE, pages.RESTRICTED_PAGE, "Kestrel discounts", guide.discounts())
    put(site, pages.ARCHIVED_PAGE, pages.CATALOGUE, "Paraffin catalogue", guide.paraffin())
    put(site, pages.INCLUDER, home, "Offer for harbour masters", guide.offer())
    put(site, pages.WARRANTY, home, "Warranty", guide.warranty_first())
    put(site, pages.EXCLUDED_PAGE, home, "Supplier notes", guide.supplier_notes())
    put(site, pages.HIDDEN_PAGE, home, "Board minutes", guide.board_minutes())
    put(site, pages.TRASHED_PAGE, home, "Oil lamp recall", guide.recall())
    put(site, pages.NUMBERS, home, "(2026) Numbers & measures", guide.numbers_page())
    put(site, pages.UNICODE, home, "Überblick – ランプ", guide.overview())
    put(site, pages.NIGHT_SHIFT, home, "Night shift rota", guide.night_shift())
    put(site, pages.WHITEBOARD, home, "Beam sketches", kind="whiteboard")
    put(site, pages.SKETCH_NOTES, pages.WHITEBOARD, "Notes on the sketches", guide.sketch_notes())
    put(site, pages.DATABASE, home, "Lamp register", kind="database")
    put(site, pages.EMBED, home, "Harbour map", kind="embed").embed_url = "https://maps.lantern-works.example/harbour"
    put(site, pages.BLOG_POST, None, "The new Heron is here", guide.post(), "blogpost")
    put(site, pages.TEAM_HOME, None, "Team home", team.home()).space = pages.TEAM
    put(site, pages.PAYROLL, pages.TEAM_HOME, "Payroll calendar", team.payroll())
    put(site, pages.SHIPPING, pages.TEAM_HOME, "Shared shipping terms", team.shipping())
    put(site, pages.MOVED_PAGE, pages.TEAM_HOME, "Winter schedule", team.winter())


def _files(site: Tree) -> None:
    def put(
        number: int, page: int, title: str, media_type: str, body: Content, size: tuple[int, int] | None = None
    ) -> None:
        at = FOUNDED + timedelta(days=1, minutes=number % 100)
        wide, high = size or (None, None)
        site.attachments[number] = Attachment(
            number, page, title, media_type, body, file_id(number), at, pages.MIRA, width=wide, height=high
        )

    def png(number: int, page: int, title: str, width: int, height: int, tint: int = 0) -> None:
        body = files.picture(width, height, (40 + tint, 70, 130 - tint // 2), (255, 214, 110))
        put(number, page, title, "image/png", body, (width, height))

    png(pages.LIGHTHOUSE_PNG, pages.GALLERY, "lighthouse.png", 640, 400)
    png(pages.DIAGRAM_PNG, pages.GALLERY, "dia gram.png", 320, 200, 60)
    put(pages.LOGO_SVG, pages.GALLERY, "logo.svg", "image/svg+xml", files.drawing(), (120, 120))
    put(pages.MANUAL_PDF, pages.START, "Manual (short).pdf", "application/pdf", files.document("Lantern Works manual"))
    put(pages.PLATE_PDF, pages.GALLERY, "Base plate.pdf", "application/pdf", files.document("Base plate"))
    put(pages.NOTES_TXT, pages.GALLERY, "notes.txt", "text/plain", files.fixed("Wipe the lens — gently.\n".encode()))
    put(pages.VIDEO_MP4, pages.GALLERY, "turning beam.mp4", "video/mp4", files.generated(300_000, 3))
    put(pages.BIG_BIN, pages.CATALOGUE, "catalogue-print.bin", "application/octet-stream", files.generated(24 << 20))
    png(pages.TEAM_PNG, pages.PAYROLL, "team-outing.png", 160, 100, 90)
    put(pages.DRAWIO_SOURCE, pages.GALLERY_APPS, "beam", "application/vnd.jgraph.mxfile", files.fixed(b"<mxfile/>"))
    png(pages.DRAWIO_PNG, pages.GALLERY_APPS, "beam.png", 200, 120, 30)
    png(pages.NFD_PNG, pages.UNICODE, unicodedata.normalize("NFD", "Leuchttürme & Möwen.png"), 200, 120, 20)
    put(
        pages.EXCLUDED_TXT,
        pages.EXCLUDED_PAGE,
        "supplier-quote.txt",
        "text/plain",
        files.fixed(canaries.EXCLUDED.encode()),
    )
    evil = b"<script>document.write(document.cookie)</script><p>canary page as a file</p>"
    put(pages.EVIL_HTML, pages.GALLERY, "report.html", "text/html", files.fixed(evil))
    put(
        pages.RESTRICTED_PDF,
        pages.RESTRICTED_PAGE,
        "prices.pdf",
        "application/pdf",
        files.document(canaries.RESTRICTED),
    )
    png(pages.HERON_PNG, pages.HERON, "heron.png", 480, 300, 10)
    png(pages.CATALOGUE_PNG, pages.CATALOGUE, "cover.png", 300, 300, 45)
    png(pages.PASTED_PNG, pages.GALLERY_EDITOR, "Screenshot 2026-01-09.png", 480, 240, 25)
    png(pages.TOWER_PNG, pages.GALLERY_EDITOR, "tower.png", 320, 240, 70)
    put(pages.LENS_PDF, pages.GALLERY_EDITOR, "Lens drawing.pdf", "application/pdf", files.document("Lens drawing"))


def _details(site: Tree) -> None:
    nodes = site.nodes
    nodes[pages.RESTRICTED_PAGE].read = Restriction({pages.CONNECTOR}, {pages.PRICE_KEEPERS})
    nodes[pages.HIDDEN_PAGE].read = Restriction({pages.LENA})
    nodes[pages.NIGHT_SHIFT].read = Restriction({pages.CONNECTOR}, {pages.LAMP_MAKERS})
    nodes[pages.CARE].update = Restriction({pages.MIRA})
    nodes[pages.TRASHED_PAGE].status = "trashed"
    nodes[pages.ARCHIVED_PAGE].status = "archived"
    # The order in which the guide is read, which is not that of the ids.
    nodes[pages.GALLERY].position = 1105
    nodes[pages.KESTREL].position, nodes[pages.HERON].position = (
        nodes[pages.HERON].position,
        nodes[pages.KESTREL].position,
    )
    nodes[pages.CARE].position = None
    nodes[pages.START].emoji = "1f4a1"
    for page in (pages.HOME, pages.START, pages.UNPACK, pages.GALLERY, pages.HERON, pages.KESTREL, pages.WARRANTY):
        nodes[page].labels.append(("global", "public"))
    for page in (pages.RESTRICTED_PAGE, pages.EXCLUDED_PAGE, pages.NIGHT_SHIFT, pages.PAYROLL):
        nodes[page].labels.append(("global", "internal"))
    for page in (pages.HERON, pages.KESTREL):
        nodes[page].labels.append(("global", "lamp"))
    nodes[pages.GALLERY].labels += [("my", "favourite"), ("team", "lamps"), ("global", canaries.INTERNAL_LABEL)]
    site.owners |= {pages.HERON: "Mira Demo", pages.KESTREL: "Tove Demo"}
    site.excerpts[pages.RESTRICTED_PAGE, "summary"] = guide.price_summary()
    site.excerpts[pages.CARE, "daily"] = guide.daily_care()
    warranty = nodes[pages.WARRANTY]
    for number, message in ((2, canaries.VERSION_MESSAGE), (3, "")):
        at = warranty.created + timedelta(days=30 * number)
        warranty.revisions.append(Revision(number, at, pages.LENA, message, guide.warranty(number)))
    care = nodes[pages.CARE]
    newest = care.revisions.pop()
    for number, who, message in ((1, pages.MIRA, ""), (2, pages.TOVE, "The mounting was forgotten")):
        at = care.created + timedelta(days=20 * number)
        care.revisions.append(Revision(number, at, who, message, guide.care_before(number)))
    at = care.created + timedelta(days=90)
    care.revisions.append(Revision(3, at, pages.LENA, "Less oil, after the carriage slipped", newest.parts))
    care.state = State(1, "Rough draft", "#ffc400")
    warranty.state = State(2, canaries.STATUS, "#57d9a3")


def _comments(site: Tree) -> None:
    at = FOUNDED + timedelta(days=40)
    rows = [
        Comment(40070001, pages.WARRANTY, pages.LENA, at, canaries.FOOTER_COMMENT),
        Comment(40070002, pages.WARRANTY, pages.MIRA, at, "Done, see version 2.", parent=40070001),
        Comment(40070003, pages.WARRANTY, pages.TOVE, at, "Thank you for the clear words."),
        Comment(
            40070004,
            pages.WARRANTY,
            pages.LENA,
            at,
            canaries.INLINE_COMMENT,
            marker=guide.WARRANTY_REF,
            selection="five years",
        ),
        Comment(
            40070005,
            pages.GALLERY,
            pages.TOVE,
            at,
            "Which lens is this?",
            marker=guide.GALLERY_REF,
            selection="marked words",
        ),
        Comment(
            40070006,
            pages.WARRANTY,
            pages.MIRA,
            at,
            "Settled.",
            marker="9d1f0000-0000-4000-8000-0000000000aa",
            selection="gone words",
            resolution="dangling",
        ),
        Comment(
            40070007,
            pages.EXCLUDED_PAGE,
            pages.LENA,
            at,
            canaries.EXCLUDED_COMMENT,
            marker=guide.EXCLUDED_REF,
            selection=canaries.EXCLUDED,
        ),
        *_about_care(),
    ]
    site.comments |= {c.id: c for c in rows}


def _about_care() -> list[Comment]:
    """What is said about the lenses: answers to answers, words of the page, and what is settled."""
    start = FOUNDED + timedelta(days=200, hours=6)
    handbook = f"/wiki/spaces/{pages.GUIDE}/pages/{pages.REPAIR}/Repair+handbook"
    said = (
        ("Is spirit safe for the <strong>old</strong> prisms, or do they want water?", pages.TOVE, None),
        (f"Spirit is fine, see the <a href='{handbook}'>repair handbook</a>.", pages.MIRA, 0),
        ("Then I shall order a can.", pages.TOVE, 1),
        ("Which mounting is meant, the upper or the lower one?", pages.LENA, None),
        ("Both, one after the other.", pages.MIRA, 3),
        ("Does anybody do this in spring?", pages.IVO, None),
        ("Not any more.", pages.LENA, 5),
        ("A photograph of the brush would help new keepers.", pages.LENA, None),
    )
    hangs = {3: (guide.CARE_REF, "mounting"), 5: (guide.CARE_DONE_REF, "measured")}
    first = 40070011
    return [
        Comment(
            first + place,
            pages.CARE,
            who,
            start + timedelta(hours=5 * place),
            text,
            parent=None if above is None else first + above,
            marker=hangs[place][0] if place in hangs else None,
            selection=hangs[place][1] if place in hangs else None,
            resolution="resolved" if place == 5 else "open",
        )
        for place, (text, who, above) in enumerate(said)
    ]
