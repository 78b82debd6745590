"""The words of the GUIDE space: what Lantern Works tells those who keep its lamps."""

from __future__ import annotations

from datetime import date

from exshare_demo import canaries, pages
from exshare_demo.boxes import cell, code, excerpt, expand, layout, notice, panel, properties, table
from exshare_demo.forms import Part
from exshare_demo.links import anchor_link, mention, page_link, site_link, smart_link, web_link
from exshare_demo.pictures import card, file_link, image
from exshare_demo.readers import attachments_table, children, content_by_label, excerpt_include, include
from exshare_demo.writing import (
    anchor,
    bullets,
    contents,
    day,
    decisions,
    em,
    h,
    marked,
    numbers,
    p,
    status,
    strong,
    tasks,
)

WARRANTY_REF = "21641e47-9393-4d3c-890f-0994b2181443"
CARE_REF = "8b0d1e47-2222-4d3c-890f-0994b2181443"
CARE_DONE_REF = "8b0d1e47-3333-4d3c-890f-0994b2181443"
EXCLUDED_REF = "8b0d1e47-4444-4d3c-890f-0994b2181443"
GALLERY_REF = "5c6a1e47-1111-4d3c-890f-0994b2181443"
Parts = tuple[Part, ...]


def home() -> Parts:
    """The first page."""
    return (
        p(
            "Lantern Works has built lamps for lighthouses since the harbour at Brightwater went dark in the winter of "
            "1911. This guide is for the people who keep those lamps burning: keepers, harbour masters, and whoever "
            "holds the ladder.",
        ),
        image(
            pages.LIGHTHOUSE_PNG,
            "A lighthouse at dusk",
            480,
            ("The lamp at Brightwater, photographed by the night crew",),
        ),
        notice("info", p("New here? Begin with ", page_link(pages.START), " and unpack in daylight.")),
        h(2, "What you find here"),
        children(everything=False),
        h(2, "Lamps on sale"),
        content_by_label("lamp"),
    )


def start() -> Parts:
    """How to begin."""
    return (
        p(
            "Three evenings are enough to learn a lamp. The first is for unpacking, the second for the first night, ",
            "the third for being bored, which is how you know that it works.",
        ),
        numbers(
            em("Unpack in daylight, over a blanket."),
            strong("Read the plate on the base and write its number down."),
            "Light it once before you carry it up.",
        ),
        p("The short manual fits on one page: ", file_link(pages.MANUAL_PDF, "Manual (short).pdf"), "."),
        card(pages.MANUAL_PDF),
        tasks(
            (True, ("Choose a dry room",)),
            (False, ("Order spare wicks before ", day(date(2026, 11, 15)))),
            (False, ("Tell ", mention(pages.TOVE), " the number on the plate")),
        ),
        p(
            "Next: ",
            page_link(pages.UNPACK),
            ", then ",
            page_link(pages.FIRST_NIGHT, "your first night", "Before dusk"),
            ".",
        ),
    )


def unpack() -> Parts:
    """Out of the box."""
    return (
        h(2, "The box"),
        p(
            "Every lamp travels in a crate of spruce with two handles. Cut the straps, never the rope: the rope is "
            "yours to keep."
        ),
        h(2, "The lens"),
        p("Wear the cotton gloves. A fingerprint on the upper ring shows as a dark spot three miles out."),
        notice("warning", p("Never set the lens down on its rim."), title="One thing to remember"),
    )


def first_night() -> Parts:
    """Lighting it."""
    return (
        contents(flat=True),
        h(2, "Before dusk"),
        p("Wipe the panes, wind the drive, and check that the shutter falls freely."),
        h(2, "After midnight"),
        p("Look once an hour. Write what you saw, even if it was nothing."),
        expand("What the log looks like", code("text", "01:00  clear, beam steady\n02:00  a fishing boat waved back")),
        p("Something odd? See ", page_link(pages.REPAIR), " or go back to ", page_link(pages.START), "."),
    )


def daily_care() -> Parts:
    """The excerpt that other pages pull in."""
    return (p("Breathe on the glass, wipe with chamois, never with your sleeve."),)


def care() -> Parts:
    """The lenses."""
    return (
        excerpt("daily", *daily_care()),
        h(2, "Weekly"),
        bullets(
            "Spirit and a soft brush for the prisms", "A drop of oil for the carriage", "Nothing at all for the gilding"
        ),
        h(2, "Yearly"),
        p(
            "Have the ", marked("mounting", CARE_REF), " ", marked("measured", CARE_DONE_REF), ". ",
            status("Autumn", "Yellow"),
        ),
    )  # fmt: skip


def care_before(number: int) -> Parts:
    """Earlier versions of the same."""
    weekly = "Spirit and a brush for the prisms" if number == 1 else "Spirit and a soft brush for the prisms"
    yearly: Parts = (h(2, "Yearly"), p("Have the mounting looked at. ", status("Spring", "Green")))
    return (
        excerpt("daily", *daily_care()),
        h(2, "Weekly"),
        bullets(weekly, "Two drops of oil for the carriage"),
        *(yearly if number > 1 else ()),
    )


def repair() -> Parts:
    """What to do when it is dark."""
    return (
        contents(),
        h(2, "No light"),
        numbers("Check the supply.", "Check the shutter.", "Check the keeper."),
        h(2, "Light but no turning"),
        p("Nine times out of ten it is the ", page_link(pages.REPAIR_DIMMER), "."),
        h(2, "No light"),
        p("Yes, this heading comes twice: once for lamps with gas, once for those without."),
    )


def dimmer() -> Parts:
    """A part that sticks."""
    return (
        p("The relay sits behind the brass plate. It clicks when it is happy."),
        code("python", 'if relay.stuck and frost < 0:\n    print("warm it with your hands & wait")', "thaw.py"),
    )


def kestrel_one() -> Parts:
    """An older lamp."""
    return (
        p("Built from 1956 to 1971. Spare mantles are still made, one Thursday a month."),
        p("Its successor is the ", page_link(pages.KESTREL), "."),
    )


def catalogue() -> Parts:
    """What one may buy."""
    return (
        image(pages.CATALOGUE_PNG, "Cover of the catalogue", 200, align="right"),
        p("Two lamps, four glasses, one promise: we answer letters by hand."),
        table(
            (cell("Lamp", head=True, colour="#deebff"), cell("Range", head=True, colour="#deebff")),
            (cell(page_link(pages.HERON)), cell("9 km")),
            (cell(page_link(pages.KESTREL)), cell("12 km")),
            numbered=True,
            widths=(40, 300, 200),
        ),
        attachments_table(),
    )


def lamp(name: str, owner: str, reach: str) -> Parts:
    """A product page."""
    shown: Parts = (image(pages.HERON_PNG, "The Heron on its stand"),) if name.startswith("Heron") else ()
    return (
        properties(("Owner", (owner,)), ("Range", (reach,)), ("State", (status("On sale"),))),
        h(2, "In short"),
        p(f"The {name} throws its beam {reach} far and weighs less than the person who carries it."),
        *shown,
    )


def price_summary() -> Parts:
    """The restricted excerpt."""
    return (p(f"{canaries.RESTRICTED}: from 4,100 crowns."),)


def price_list() -> Parts:
    """Only for a few."""
    return (
        excerpt("summary", *price_summary()),
        table(
            (cell("Lamp", head=True), cell("Price", head=True)),
            (cell("Kestrel 12"), cell(f"{canaries.RESTRICTED} 4,100")),
        ),
        file_link(pages.RESTRICTED_PDF, "prices.pdf"),
    )


def discounts() -> Parts:
    """Below the restricted page, without a restriction of its own."""
    return (p(f"{canaries.BELOW_RESTRICTED}: ten percent for islands."),)


def paraffin() -> Parts:
    """Archived."""
    return (p(f"{canaries.ARCHIVED}: no longer sold."),)


def offer() -> Parts:
    """Pulls the restricted page in, whole and in part, and a harmless page from another space."""
    return (
        p("Dear harbour master, below you find what a lamp costs and how it comes to you."),
        h(2, "Prices"),
        include(pages.RESTRICTED_PAGE),
        h(2, "At a glance"),
        excerpt_include(pages.RESTRICTED_PAGE, "summary"),
        h(2, "Every day"),
        excerpt_include(pages.CARE, "daily"),
        h(2, "Shipping"),
        include(pages.SHIPPING),
        p("With a bright greeting, Lantern Works."),
    )


def warranty_first() -> Parts:
    """The first version of the warranty."""
    return (p(f"{canaries.OLD_VERSION}: two years, without the wick."),)


def warranty(number: int) -> Parts:
    """Later versions."""
    years = "four years" if number == 2 else "five years"
    return (
        h(2, "How long"),
        p("We stand for every lamp for ", marked(years, WARRANTY_REF), ", the wick included."),
        h(2, "What it does not cover"),
        bullets("Seagulls", "Lightning, unless you asked first"),
        anchor("claims"),
        p("How to claim: write to ", web_link("mailto:canary-orders@lantern-works.example", "our order desk"), "."),
        p("Jump to ", anchor_link("How long", "how long it lasts"), "."),
    )


def supplier_notes() -> Parts:
    """Parts of it are marked as never leaving."""
    return (
        p("Our glass comes from two families who do not speak to each other."),
        excerpt(
            "exshare-exclude",
            p(marked(canaries.EXCLUDED, EXCLUDED_REF)),
            p(file_link(pages.EXCLUDED_TXT, "supplier-quote.txt")),
        ),
        p("The brass comes by boat, on Tuesdays."),
        panel(p(canaries.EXCLUDED_PANEL), title="exshare-exclude", colour="#FFEBE6"),
        p("The gloves come from ", mention(pages.LENA), "'s aunt."),
    )


def board_minutes() -> Parts:
    """Not even the connector may see this."""
    return (p(f"{canaries.HIDDEN}: the tower may need a lift."),)


def recall() -> Parts:
    """In the trash."""
    return (p(f"{canaries.TRASHED}: it was the wick."),)


def numbers_page() -> Parts:
    """A title that starts without a letter."""
    return (
        contents(),
        h(2, "Range & height"),
        table(
            (cell("Model", head=True, rows=2), cell("By night", head=True, cols=2)),
            (cell("clear", head=True), cell("haze", head=True)),
            (cell("Heron 9"), cell("9 km", colour="#e3fcef"), cell("4 km", colour="#fffae6")),
            (cell("Kestrel 12"), cell("12 km", colour="#e3fcef"), cell("5 km", colour="#fffae6")),
            wide=True,
        ),
        h(3, "Version 1.10"),
        p("Measured from the gallery rail, 31 m above high water."),
    )


def overview() -> Parts:
    """Letters of many alphabets, and a file name in the decomposed form."""
    return (
        p("Ein Überblick für Leuchtturmwärter. ランプは夜に光ります。"),
        image(pages.NFD_PNG, "Möwen"),
        p("Siehe auch ", page_link(pages.NUMBERS), "."),
    )


def night_shift() -> Parts:
    """Restricted to a group."""
    return (
        p("Who climbs when: Monday the younger one, Tuesday the one with the better knees."),
        p("Rota by ", mention(pages.MIRA), "."),
    )


def sketch_notes() -> Parts:
    """A page below a whiteboard."""
    return (p("The third sketch is upside down. We like it that way."),)


def post() -> Parts:
    """A blog post."""
    return (
        p("The new Heron is here. It weighs eleven kilos and hums in F sharp."),
        p("Read more on ", page_link(pages.HERON), "."),
        decisions("The old Heron stays on sale until spring"),
        layout("two_equal", (p("Left: the old one."),), (p("Right: the new one."),)),
        smart_link(pages.HERON),
        site_link(f"/label/{pages.GUIDE}/lamp", "all lamps"),
    )
