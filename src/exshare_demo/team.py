"""The words of the TEAM space, which is outside every share of the guide."""

from __future__ import annotations

from datetime import date

from exshare_demo import canaries, pages
from exshare_demo.forms import Part
from exshare_demo.links import mention, page_link
from exshare_demo.pictures import image
from exshare_demo.readers import children
from exshare_demo.writing import day, p

Parts = tuple[Part, ...]


def home() -> Parts:
    """The team's own first page."""
    return (p("For lamp makers only. The kettle is on the second floor."), children())


def payroll() -> Parts:
    """Nothing for outsiders."""
    return (
        p(f"{canaries.OUTSIDE}: every 25th. Questions to ", mention(pages.LENA), "."),
        image(pages.TEAM_PNG, "Team outing"),
    )


def shipping() -> Parts:
    """Harmless, and pulled into a page of the guide."""
    return (p("Lamps travel by sea where there is one. A crate takes nine days and arrives smelling of salt."),)


def winter() -> Parts:
    """Was in the guide until it moved."""
    return (
        p("From ", day(date(2026, 12, 1)), " the workshop opens an hour later. See ", page_link(pages.TEAM_HOME), "."),
    )
