"""What the stand-in's people said about caring for lenses, as the contracts need it told."""

from __future__ import annotations

from exshare_core.testing.prepared import PreparedComment, PreparedVersion
from exshare_demo import guide, pages
from exshare_demo.boxes import excerpt
from exshare_demo.forms import raw
from exshare_demo.model import Comment
from exshare_demo.site import Site
from exshare_demo.writing import p

REVISED = 41009001
"""A page with four versions, the first of which excludes a part; of the third the storage format is no XML."""

VERSIONS = (
    PreparedVersion(4, "Blow for long.", "Lena Keeper"),
    PreparedVersion(3, "", "Tove Demo", readable=False),
    PreparedVersion(2, "Blow twice.", "Tove Demo", "Louder"),
    PreparedVersion(1, "Blow once.", "Mira Demo", excludes=True),
)
"""Its versions, newest first."""


def revise(site: Site) -> None:
    """Write that page, and comments one of which nobody can read."""
    site.add_page(pages.HOME, "Sirens", p("Blow once."), excerpt("exshare-exclude", p("Not for us.")), page_id=REVISED)
    site.edit(REVISED, p("Blow twice."), author=pages.TOVE, message="Louder")
    site.edit(REVISED, raw("<p>Blow <b>as</p> long."), author=pages.TOVE)
    site.edit(REVISED, p("Blow for long."), author=pages.LENA)
    last = max(comment.at for comment in site.comments.values() if comment.page == pages.CARE)
    rows = (
        Comment(40070019, pages.CARE, pages.TOVE, last, "Broken", stored="<p>Broken <b>words</p>"),
        Comment(40070020, pages.CARE, pages.MIRA, last, "Say that again", parent=40070019),
    )
    site.comments |= {comment.id: comment for comment in rows}


def discussion(former: str) -> tuple[PreparedComment, ...]:
    """The comments on `exshare_demo.pages.CARE`, where somebody who has left goes by the name `former`."""
    spirit = PreparedComment(
        "40070012", "Spirit is fine", "Mira Demo", answers=(PreparedComment("40070013", "order a can", "Tove Demo"),)
    )
    return (
        PreparedComment("40070011", "Is spirit safe", "Tove Demo", answers=(spirit,)),
        PreparedComment(
            "40070014",
            "Which mounting is meant",
            "Lena Keeper",
            mark=guide.CARE_REF,
            quote="mounting",
            answers=(PreparedComment("40070015", "Both", "Mira Demo"),),
        ),
        PreparedComment(
            "40070016",
            "in spring",
            former,
            mark=guide.CARE_DONE_REF,
            quote="measured",
            resolved=True,
            answers=(PreparedComment("40070017", "Not any more", "Lena Keeper"),),
        ),
        PreparedComment("40070018", "A photograph of the brush", "Lena Keeper"),
        PreparedComment(
            "40070019",
            "",
            "Tove Demo",
            readable=False,
            answers=(PreparedComment("40070020", "Say that again", "Mira Demo"),),
        ),
    )
