"""Where each address of a body leads for a visitor: to the share, to a file of ours, elsewhere, or nowhere (spec V3)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

from exshare_adapters.confluence.links import WEB, Anchor, External, FileLink, Internal, PageLink, Target, parse
from exshare_adapters.confluence.media import HOSTS
from exshare_adapters.confluence.rendering.job import Job
from exshare_core.values import AttachmentId, PageId

_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.?)+\Z|\[[0-9a-f:.]+\]\Z")
_FILE_ID = re.compile(r"att[0-9]{1,19}\Z")
_DIGITS = re.compile(r"[0-9]{1,19}\Z")
_COMMENT = re.compile(r"(?:inline-)?comment-[0-9]+\Z")
_PUBLIC_PLACES = ("/spaces/", "/display/", "/pages/viewpage.action", "/x/", "/browse/")


class Addresses:
    """Answers for one body, remembered for as long as it is rendered."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._own = frozenset(job.pages.values())
        self._names = tuple(sorted(job.site.host_names))
        self._targets: dict[str, Target] = {}
        self._links: dict[str, str | None] = {}
        self.files: set[AttachmentId] = set()
        """The files that the answers so far lead to."""
        self.mail: set[str] = set()
        """Mail addresses that may be linked, because the page's own words show them (spec V3)."""

    def names_site(self, text: str) -> bool:
        """Whether a host of the site stands in `text`, however its letters are written."""
        plain = text.lower()
        if "%" in text or not text.isascii():
            plain = unicodedata.normalize("NFKC", unquote(text)).replace("。", ".").replace("\u00ad", "").lower()
        return any(name in plain for name in self._names)

    def target(self, href: str) -> Target:
        """What an address means on the site."""
        if href not in self._targets:
            self._targets[href] = parse(href, self._job.site)
        return self._targets[href]

    def link(self, href: str) -> str | None:
        """The address that a link shall have, or None when its text stays alone."""
        if href not in self._links:
            self._links[href] = self._link(href)
        return self._links[href]

    def picture(self, src: str) -> str | None:
        """The address of a picture of ours, or None."""
        if (own := self.ours(src)) is not None:
            return self._show(own)
        found = self.target(src)
        file = self.file(found) if isinstance(found, FileLink) else None
        return None if file is None else self._show(file)

    def withholds(self, file: AttachmentId) -> bool:
        """Whether a file that is referred to must not be shown."""
        return file in self._job.view.withheld

    def file(self, link: FileLink) -> AttachmentId | None:
        """The id of a file that an address names, when it is known and its page is in the share (spec V5)."""
        if not self.reaches(link.page):
            return None
        if link.attachment is not None:
            return link.attachment
        return None if link.page is None else self._job.files.get((link.page, link.name))

    def reaches(self, page: PageId | None) -> bool:
        """Whether a page is in the share; one that is not known is asked for when its file is."""
        return page is None or page == self._job.page or page in self._job.pages

    def _link(self, href: str) -> str | None:
        if (own := self.ours(href)) is not None:
            return self._show(own) if self._job.view.attachments else None
        before, sharp, fragment = href.partition("#")
        if before in self._own or self._leads_on(before):
            return before + (self._fragment(unquote(fragment)) if sharp else "")
        found = self.target(href)
        match found:
            case Anchor(name):
                return self._fragment(name) or None
            case PageLink():
                return self._page(found, href)
            case FileLink():
                file = self.file(found) if self._job.view.attachments else None
                return None if file is None else self._show(file)
            case Internal():
                return self._on_site(href)
            case External(url):
                return self._outside(url)

    def _leads_on(self, address: str) -> bool:
        """Whether this renderer wrote the address of a page outside the share."""
        prefix = self._job.view.onward
        return bool(prefix) and address.startswith(prefix) and _DIGITS.match(address[len(prefix) :]) is not None

    def ours(self, address: str) -> AttachmentId | None:
        """The file of an address that this renderer wrote: so rendering twice changes nothing."""
        prefix = self._job.view.files
        if address.startswith(prefix) and _FILE_ID.match(address[len(prefix) :]):
            return AttachmentId(address[len(prefix) :])
        return None

    def _show(self, file: AttachmentId) -> str | None:
        if self.withholds(file):
            return None
        self.files.add(file)
        return self._job.view.files + file

    def _page(self, link: PageLink, href: str) -> str | None:
        fragment = self._fragment(link.anchor or "")
        address = self._job.pages.get(link.id) if link.id is not None else None
        if address is not None:
            return address + fragment
        if link.id == self._job.page and fragment:
            return fragment
        if link.id is not None and self._job.view.onward:
            return f"{self._job.view.onward}{link.id}{fragment}"
        return self._on_site(href, link.id)

    @staticmethod
    def _fragment(name: str) -> str:
        if not name or _COMMENT.match(name) or len(name) > 400:
            return ""
        return "#" + quote(name, safe="-._~!$&'()*+,;=:@/?")

    def _on_site(self, href: str, page: PageId | None = None) -> str | None:
        """The address on the site itself: only where the link shows it, without query, and never of people or files."""
        if not self._job.view.confluence_links:
            return None
        site = self._job.site
        base = f"{site.scheme}://{site.bases[0][0]}"
        if page is not None:
            return f"{base}{site.path}/pages/viewpage.action?pageId={page}"
        try:
            path = urlsplit(href.replace("\\", "/")).path
        except ValueError:
            return None
        below = path.removeprefix(site.path)
        if not below.startswith(_PUBLIC_PLACES) or "~" in unquote(path) or ".." in unquote(path):
            return None
        return base + quote(unquote(path), safe="/-._~!$&'()*+,;=:@")

    def _outside(self, url: str) -> str | None:
        if self.names_site(url):
            return None
        if (web := WEB.match(url)) is not None:
            return url if self._job.view.external_links and not web[1].endswith(HOSTS) else None
        scheme = url.partition(":")[0].lower() if not url.startswith("//") else "https"
        if scheme == "tel":
            return url
        if scheme == "mailto":
            address = mail_address(url)
            return f"mailto:{quote(address, safe='@+')}" if address in self.mail else None
        if scheme not in ("http", "https") or not self._job.view.external_links:
            return None
        try:
            host = (urlsplit(f"https:{url}" if url.startswith("//") else url).hostname or "").rstrip(".")
            plain = host if host.isascii() else host.encode("idna").decode("ascii")
        except (ValueError, UnicodeError):
            return None
        if not _HOST.match(plain if ":" not in plain else f"[{plain}]"):
            return None
        if plain.endswith(HOSTS):
            return None
        return url


def mail_address(href: str) -> str:
    """The one address that a mail link writes to, without subject, text and further recipients."""
    return unquote(href.partition(":")[2].partition("?")[0]).strip()
