"""The memory site as the content contracts need it: prepared pages,
hooks that disturb them, drafts to render.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape

from attrs import evolve, field, frozen

from exshare_core.content import Absence, Attachment, Draft, MacroUse, NodeKind, PageStatus, Tone
from exshare_core.discussion import Anchor, Comment, CommentId
from exshare_core.errors import Broken, Busy, CredentialRejected
from exshare_core.history import Past, Version
from exshare_core.ports import BodyRenderer, Content
from exshare_core.testing.fakes.content import MemoryPage, MemorySite
from exshare_core.testing.fakes.discussing import MemoryComment
from exshare_core.testing.fakes.rendering import MemoryRenderer
from exshare_core.testing.prepared import Preparation, PreparedComment, PreparedVersion
from exshare_core.values import AccountId, AttachmentId, PageId, SpaceKey

MADE = datetime(2026, 1, 1, tzinfo=UTC)
READER, BOSS = AccountId("557058:reader"), AccountId("557058:boss")
GROUPS = frozenset({"staff", "Release managers"})
FILES = {"a.txt": b"short", "plan.pdf": bytes(range(256)) * 1200, "zero.bin": b""}


def _page(id: int, title: str, parent: int | None = None, **more: object) -> MemoryPage:
    page = MemoryPage(PageId(str(id)), title, parent=None if parent is None else PageId(str(parent)))
    return evolve(page, **more)  # type: ignore[arg-type]


def _site() -> MemorySite:
    site = MemorySite(accounts={READER, BOSS}, groups={READER: GROUPS})
    site.add(
        _page(1, "Home"),
        _page(2, "Projects", 1, kind=NodeKind.FOLDER),
        _page(10, "Release plan", 2, body="<p>all about the launch</p>", labels=frozenset({"public", "plan"})),
        _page(11, "First step to the launch", 10),
        _page(12, "Drawings", 10, kind=NodeKind.FOLDER),
        _page(13, "Old step", 10, absent=Absence.ARCHIVED),
        _page(14, "Board", 10, kind=NodeKind.WHITEBOARD),
        _page(15, "Last step", 10, body="<p>Wait for the launch.</p>"),
        _page(16, "Gone", 10, absent=Absence.TRASHED),
        _page(17, "Not yet", 10, absent=Absence.DRAFT),
        _page(20, "Salaries", 1, readers=frozenset({READER, BOSS})),
        _page(21, "Salaries of last year", 20),
        _page(30, "Board minutes", 1, readers=frozenset({BOSS})),
    )
    for number, (name, data) in enumerate(FILES.items(), 500):
        file = Attachment(AttachmentId(f"att{number}"), PageId("10"), name, "application/octet-stream", len(data))
        site.attach(file, data)
    return site


_PREPARATION = Preparation(
    space=SpaceKey("TEAM"),
    reader=READER,
    page=PageId("10"),
    title="Release plan",
    labels=frozenset({"public", "plan"}),
    ancestors=(PageId("1"), PageId("2")),
    home=PageId("1"),
    level=(
        (PageId("11"), NodeKind.PAGE),
        (PageId("12"), NodeKind.FOLDER),
        (PageId("14"), NodeKind.WHITEBOARD),
        (PageId("15"), NodeKind.PAGE),
    ),
    restricted=PageId("20"),
    below_restricted=PageId("21"),
    forbidden=PageId("30"),
    absent={
        PageId("999"): Absence.MISSING,
        PageId("16"): Absence.TRASHED,
        PageId("13"): Absence.ARCHIVED,
        PageId("17"): Absence.DRAFT,
    },
    locations={"10": PageId("10"), "https://confluence.example/pages/10": PageId("10")},
    foreign=("https://evil.example/pages/10", "file:///etc/passwd", "ten", "", "https://confluence.example/"),
    words="LAUNCH",
    named=PageId("11"),
    telling=PageId("15"),
    files=FILES,
    service=AccountId("557058:connector"),
    groups=GROUPS,
    discussed=PageId("11"),
    discussion=(
        PreparedComment(
            "901",
            "Which step comes first?",
            "Ada Lovelace",
            answers=(
                PreparedComment(
                    "902",
                    "The one on the left.",
                    "Grace Hopper",
                    answers=(PreparedComment("904", "Thanks.", "Ada Lovelace"),),
                ),
            ),
        ),
        PreparedComment("903", "Is this still so?", "Grace Hopper", mark="c0ffee-1", quote="first step"),
        PreparedComment("905", "Settled long ago.", "Ada Lovelace", mark="c0ffee-2", quote="step", resolved=True),
        PreparedComment(
            "906",
            "",
            "Grace Hopper",
            readable=False,
            answers=(PreparedComment("907", "Could you say that again?", "Ada Lovelace"),),
        ),
    ),
    revised=PageId("15"),
    versions=(
        PreparedVersion(4, "the fourth wording", "Grace Hopper"),
        PreparedVersion(3, "", "Grace Hopper", readable=False),
        PreparedVersion(2, "the second wording", "Ada Lovelace", "Shorter"),
        PreparedVersion(1, "the first wording", "Ada Lovelace", excludes=True),
    ),
    statuses={PageId("10"): PageStatus("In review", Tone.BLUE), PageId("11"): None},
)


def _talked_about(site: MemorySite) -> MemorySite:
    """The same site with what was said about its pages, what they were before, and what they are said to be."""
    said: list[MemoryComment] = []

    def say(comments: tuple[PreparedComment, ...], parent: PreparedComment | None = None) -> None:
        for one in comments:
            anchor = Anchor(one.mark, one.quote) if one.mark else None
            at = MADE + timedelta(hours=int(one.id))
            comment = Comment(
                CommentId(one.id), _PREPARATION.discussed, 1, at, one.author, anchor=anchor, resolved=one.resolved
            )
            draft = Draft(_PREPARATION.discussed, "First step", f"<p>{one.words}</p>", version=1)
            above = CommentId(parent.id) if parent else None
            said.append(MemoryComment(comment, draft if one.readable else None, above))
            say(one.answers, one)

    say(_PREPARATION.discussion)
    elsewhere = Comment(CommentId("900"), _PREPARATION.page, 1, MADE)
    said.append(MemoryComment(elsewhere, Draft(_PREPARATION.page, "Release plan", "<p>elsewhere</p>")))
    site.comments += sorted(said, key=lambda one: int(one.comment.id))
    for one in reversed(_PREPARATION.versions):
        macros = (MacroUse("excerpt", "m-1", 0, excluded=True),) if one.excludes else ()
        draft = Draft(
            _PREPARATION.revised, "Last step", f"<p>{one.words}</p>", macros, version=one.number, author=one.author
        )
        version = Version(one.number, MADE + timedelta(days=one.number), one.author, one.message)
        site.versions.setdefault(_PREPARATION.revised, []).append(Past(version, draft if one.readable else None))
    site.statuses.update({page: status for page, status in _PREPARATION.statuses.items() if status is not None})
    return site


@frozen
class MemoryPreparedSite:
    """A PreparedSite in memory."""

    site: MemorySite = field(factory=lambda: _talked_about(_site()))
    prepared: Preparation = _PREPARATION

    @property
    def content(self) -> Content:
        """The ports over the site."""
        return self.site.content()

    async def retitle(self, page: PageId, title: str) -> None:
        """Change a title."""
        self.site.pages[page] = evolve(self.site.pages[page], title=title)

    async def answer_with_another_page(self, page: PageId) -> None:
        """Mix up a page with another."""
        self.site.mixed_up[page] = PageId("11")

    async def stop_answering(self) -> None:
        """Be busy."""
        self.site.failure = Busy("the site is busy")

    async def stop_access_checks(self) -> None:
        """Tell nothing about rights."""
        self.site.access_unknown = True

    async def answer_nonsense(self) -> None:
        """Make no sense."""
        self.site.failure = Broken("the answer makes no sense")

    async def reject_credential(self) -> None:
        """Accept the credential no more."""
        self.site.failure = CredentialRejected("the credential is not accepted")

    async def shorten_files(self) -> None:
        """Send too little."""
        self.site.surplus = -3

    async def lengthen_files(self) -> None:
        """Send too much."""
        self.site.surplus = 3


@frozen
class MemoryRendererSetting:
    """A RendererSetting for the form that `MemoryRenderer` reads."""

    renderer: BodyRenderer = field(factory=MemoryRenderer)
    hosts: tuple[str, ...] = ("confluence.example",)
    identities: tuple[str, ...] = ("557058:0f3c-7a62", "ada@example.com")

    def draft(self, html: str) -> Draft:
        """The fragment as the whole body."""
        return Draft(PageId("10"), "Release plan", html)

    def draft_with_macro(self, macro: MacroUse, output: str) -> Draft:
        """The output in an element with the macro's id."""
        return self.draft(f'<p>before</p><div data-macro-id="{macro.id}">{output}</div><p>after</p>')

    def page_link(self, page: PageId, words: str) -> str:
        """A link to a page."""
        return f'<a href="https://{self.hosts[0]}/pages/{page}">{escape(words)}</a>'

    def bare_link(self, page: PageId) -> str:
        """A link to a page that says its address."""
        address = f"https://{self.hosts[0]}/pages/{page}"
        return f'<a data-bare href="{address}">{address}</a>'

    def file_link(self, file: AttachmentId, words: str) -> str:
        """A link to a file."""
        return f'<a href="https://{self.hosts[0]}/files/{file}">{escape(words)}</a>'

    def image(self, file: AttachmentId) -> str:
        """An image."""
        return f'<img src="https://{self.hosts[0]}/files/{file}">'

    def mention(self, identity: str, name: str) -> str:
        """A mention."""
        return f'<span data-mention="{identity}">{escape(name)}</span>'
