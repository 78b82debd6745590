"""Runs everything that people do with shared pages against one deployment, and keeps every byte that anybody got."""

from __future__ import annotations

import base64
import html
import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import httpx2
from attrs import Factory, define, field, frozen
from pypdf import PdfReader

from exshare_core.testing.printing import png
from exshare_demo import pages
from exshare_demo.canaries import BEARER_TOKEN, CANARIES, PAT
from exshare_demo.serving import Addresses, standing
from exshare_demo.site import Site, demo_site
from tests.e2e import configured
from tests.e2e.canary_table import (
    BEHIND,
    GATED,
    LISTED,
    MEMBER_PASSWORD,
    OPTIONS,
    PASSWORD,
    READER,
    REFUSED,
    look_of,
)
from tests.e2e.running import PATIENCE, Program, exshare, hidden_fields, service

ACCOUNT, KEY = CANARIES["account"][4], CANARIES["user-key"][4]
"""Lena, who may read what is restricted, as Cloud and as Data Center know her."""
STRANGER = "mallory@elsewhere.example"
"""Asks for a code without being on any list."""
SOUGHT = "hrududu-sought-by-a-member"
SOUGHT_BY_VISITORS = (
    "hrududu-sought-by-a-visitor",
    "margin",
    "quote Brightwater",
    "kestrel",
    "minutes",
    "catalogue",
    "lamp",
)
"""What visitors look for: words that only excluded parts, restricted pages and pages elsewhere have, and some others."""
"""Words that a member searches for."""

MATTERS = (
    pages.HOME, pages.START, pages.GALLERY, pages.GALLERY_APPS, pages.GALLERY_LINKS, pages.GALLERY_EDITOR, pages.INCLUDER, pages.EXCLUDED_PAGE,
    pages.CATALOGUE, pages.RESTRICTED_PAGE, pages.BELOW_RESTRICTED_PAGE, pages.HIDDEN_PAGE, pages.PAYROLL,
)  # fmt: skip
"""Pages on which an option could make a difference."""


TALKED_ABOUT = (pages.WARRANTY, pages.EXCLUDED_PAGE, pages.CARE)
"""Pages with comments, of which one hangs on an excluded part and one is settled, and with versions."""
BESIDE = ("", "/comments", "/history", "/history/1", "/history/2", "/compare", "/compare?from=1&to=3")
"""What is asked for of those."""


@frozen
class Record:
    """What somebody got: through which link of which site, at which point of the way."""

    site: str
    link: str
    """The name of the link's options, or who it was."""
    stage: str
    """``gate``, ``inside`` or ``fault``."""
    address: str
    data: bytes = field(repr=False)


@define
class Run:
    """One deployment over the stand-in with what came of it."""

    folder: Path
    config: Path
    confluence: Addresses
    site: Site
    records: list[Record] = Factory(list)
    secrets: set[str] = Factory(set)
    """Tokens, codes, cookies and the like, as they came up."""
    links: dict[tuple[str, str], str] = Factory(dict)
    """Addresses by site and options."""

    @property
    def base(self) -> str:
        """Where the service is."""
        return f"http://127.0.0.1:{configured.port_of(self.config)}"

    def command(self, *arguments: str, stdin: str = "") -> str:
        """A command of the operator's; its output is kept, and given."""
        ended = exshare(*arguments, "--config", self.config, home=self.folder / "home", stdin=stdin, **self.environment)
        self.records.append(Record("", "operator", "inside", " ".join(arguments[:2]), ended.stdout.encode()))
        self.records.append(Record("", "operator", "fault", " ".join(arguments[:2]), ended.stderr.encode()))

        assert 0 == ended.returncode, ended.stderr

        return ended.stdout

    @property
    def environment(self) -> dict[str, str]:
        """Temporary files have a folder of their own."""
        return {"TMPDIR": str(self.folder / "temporary")}


@define
class Browser:
    """Somebody with cookies of their own, who keeps whatever arrives."""

    run: Run
    site: str
    link: str
    client: httpx2.Client = field(repr=False)

    def get(self, address: str, /, stage: str = "inside", **headers: str) -> httpx2.Response | None:
        """Fetch; None when the connection broke off. What arrived until then is kept all the same."""
        return self._kept(self.client.build_request("GET", address, headers=headers), stage)

    def post(self, place: str, /, stage: str = "gate", **fields: object) -> httpx2.Response:
        """Send a form."""
        return self._sent(self.client.build_request("POST", place, data=fields), stage)

    def post_files(self, place: str, files: Mapping[str, bytes], fields: Mapping[str, str]) -> httpx2.Response:
        """Send a form that asks for files."""
        return self._sent(self.client.build_request("POST", place, data=fields, files=files), "inside")

    def took(self, answer: httpx2.Response) -> None:
        """Keep what a document at the end of an answer says, and what it is made of: its words are packed in it."""
        packed = re.search(r'href="data:application/pdf;base64,([^"]+)"', answer.text)

        assert packed is not None, answer.text

        pdf = base64.b64decode(packed[1])
        words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())

        assert "the harbour at Brightwater went dark" in words
        assert look_of(self.site) in words

        parts = [pdf, words.encode()]
        for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
            with suppress(zlib.error):
                parts.append(zlib.decompress(stream))
        self.run.records.append(Record(self.site, self.link, "inside", "pdf", b"\n".join(parts)))

    def _sent(self, request: httpx2.Request, stage: str) -> httpx2.Response:
        answer = self._kept(request, stage)

        assert answer is not None

        return answer

    def _kept(self, request: httpx2.Request, stage: str) -> httpx2.Response | None:
        body, whole = b"", True
        answer = self.client.send(request, stream=True)
        try:
            for chunk in answer.iter_bytes():
                body += chunk
        except httpx2.TransportError:
            whole = False
        finally:
            answer.close()
        head = b"\n".join(name + b": " + value for name, value in answer.headers.raw)
        self.run.records.append(Record(self.site, self.link, stage, str(request.url.raw_path), head + b"\n\n" + body))
        self.run.secrets |= {cookie.value for cookie in self.client.cookies.jar if cookie.value}
        answer._content = body
        return answer if whole else None


@contextmanager
def browser(run: Run, site: str, link: str) -> Iterator[Browser]:
    """A fresh browser."""
    with httpx2.Client(base_url=run.base, timeout=PATIENCE, trust_env=False) as client:
        yield Browser(run, site, link, client)


# --- the deployment --------------------------------------------------------------------------------------------------


def gateway_section(name: str, confluence: Addresses) -> str:
    """A Cloud site through the API gateway, by a token of OAuth."""
    return f"""\
[[sites]]
name = "{name}"
[sites.content]
use = "confluence-cloud"
url = "{confluence.site}"
api_url = "{confluence.gateway}"
bearer = "{BEARER_TOKEN}"
media_hosts = ["{confluence.media.removeprefix("http://")}"]
insecure = true
"""


def centre_section(name: str, confluence: Addresses) -> str:
    """A Data Center site."""
    return f"""\
[[sites]]
name = "{name}"
[sites.content]
use = "confluence-data-center"
url = "{confluence.datacenter}"
token = "{PAT}"
insecure = true
"""


SECTIONS = {"cloud": configured.site_section, "gateway": gateway_section, "centre": centre_section}
"""The kinds of site."""


@contextmanager
def deployed(folder: Path, storage: str, sites: Iterable[str]) -> Iterator[tuple[Run, Program]]:
    """The service from a configuration file, each site with a member ``lena``."""
    site = demo_site()
    site.add_file(pages.START, LISTED, "text/csv", b"1;2;3")
    with standing(site, context="/confluence") as confluence:
        sections = [SECTIONS[name](name, confluence) for name in sites]
        for name in ("home", "temporary"):
            (folder / name).mkdir()
        run = Run(folder, configured.written(folder, storage, *sections), confluence, site)
        for name in sites:
            identity = KEY if name == "centre" else ACCOUNT
            run.command(
                "member", "add", "lena", "--site", name, "--identity", identity, "--password-stdin",
                stdin=f"{MEMBER_PASSWORD}\n",
            )  # fmt: skip
            run.command(
                "member", "add", "boss", "--site", name, "--admin", "--password-stdin", stdin=f"{MEMBER_PASSWORD}\n"
            )
        port = configured.port_of(run.config)
        with service(folder, run.config, port, TMPDIR=run.environment["TMPDIR"]) as program:
            yield run, program


# --- members ---------------------------------------------------------------------------------------------------------


def members_way(run: Run, site: str, options: Iterable[str]) -> None:
    """Sign in, look around, make the links, change one, send one, and leave."""
    with browser(run, site, "member") as lena:
        _sign_in(lena, "lena")
        for address in (f"new?q={SOUGHT}", "new?q=Kestrel", f"new?page={pages.HIDDEN_PAGE}", "new?page=99999999"):
            lena.get(f"/manage/{site}/{address}")
        for name in options:
            run.links[site, name] = _made(lena, name)
        lena.get(f"/manage/{site}/links")
        lena.get("/manage")


def admins_way(run: Run, site: str) -> None:
    """Say how the site looks: once in a way that is refused, then with a picture that carries more than it shows."""
    place = f"/manage/{site}/policy/branding"
    with browser(run, site, "admin") as boss:
        _sign_in(boss, "boss")
        form = _fields(boss, place)
        assert 400 == boss.post(place, "inside", **form, do="save", styles=f"@import '{REFUSED}';").status_code
        look = {"name": look_of(site), "footer": look_of(site), "gate": look_of(site), "accent": "#7a1fa2"}
        assert 303 == boss.post(place, "inside", **form, **look, do="save", styles="h1 { color: #7a1fa2 }").status_code
        logo = png() + f"<script>{BEHIND}</script>".encode()
        assert 303 == boss.post_files(f"{place}/pictures", {"logo": logo}, _fields(boss, place)).status_code
        shown = boss.get(place)
        assert shown is not None
        found = re.search(r'<img src="(/brand/[0-9a-f]{64})"', shown.text)
        assert found is not None
        boss.get(found[1])


def _fields(boss: Browser, place: str) -> dict[str, str]:
    """What a form carries that nobody typed."""
    form = boss.get(place)
    assert form is not None
    hidden = hidden_fields(form.text)
    boss.run.secrets.add(hidden["csrf"])
    return {name: hidden[name] for name in ("csrf", "version")}


def _sign_in(member: Browser, name: str) -> None:
    """Come in by a password, after trying another."""
    door = member.get("/manage/sign-in", "gate")
    assert door is not None
    form = {**hidden_fields(door.text), "site": member.site, "name": name}
    member.post("/manage/sign-in", **form, password="not this one at all")
    assert 303 == member.post("/manage/sign-in", "inside", **form, password=MEMBER_PASSWORD).status_code


def _made(lena: Browser, name: str) -> str:
    """Make the link with these options; its address."""
    form = lena.get(f"/manage/{lena.site}/new?page={pages.HOME}")
    assert form is not None
    hidden = hidden_fields(form.text)
    lena.run.secrets.add(hidden["csrf"])
    untouched = dict(re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked>', form.text))
    made = lena.post(f"/manage/{lena.site}/new", "inside", **{**hidden, **untouched, **OPTIONS[name]})
    assert 303 == made.status_code, made.text
    shown = lena.get(urlsplit(made.headers["location"]).path)
    assert shown is not None
    found = re.search(r'<code class="address">([^<]+)</code>', shown.text)
    assert found is not None
    lena.run.secrets.add(found[1].rpartition("/")[2])
    return urlsplit(found[1]).path


# --- visitors --------------------------------------------------------------------------------------------------------


def visitors_way(run: Run, site: str, name: str, walked: Iterable[int], fetched: Iterable[int]) -> None:
    """One visitor from the first look to the last file, with everything that can go wrong on the way."""
    path = run.links[site, name]
    with browser(run, site, name) as visitor:
        if name in GATED:
            talked = [f"{path}/p/{pages.WARRANTY}{beside}" for beside in BESIDE]
            for address in (path, f"{path}/p/{pages.HOME}", f"{path}/a/att{pages.LIGHTHOUSE_PNG}", *talked):
                visitor.get(address, "gate")
            _prove(visitor, path)
        visitor.get(path)
        for page in walked:
            visitor.get(f"{path}/p/{page}")
        for page in TALKED_ABOUT:
            for beside in BESIDE:
                visitor.get(f"{path}/p/{page}{beside}")
        if "search" in str(OPTIONS[name].get("allow")):
            for words in SOUGHT_BY_VISITORS:
                visitor.post(f"{path}/find", "inside", words=words)
        if "pdf" in str(OPTIONS[name].get("allow")):
            visitor.took(visitor.post(f"{path}/p/{pages.HOME}/pdf", "inside", what="below"))
        for file in fetched:
            visitor.get(f"{path}/a/att{file}", range="bytes=0-65535")
        visitor.get(f"{path}/p/{pages.HOME}?from=5")
        for odd in ("/p/0", "/p/x", "/a/att0", "/a/x", "/q"):
            visitor.get(path + odd)


def _prove(visitor: Browser, path: str) -> None:
    """Pass the gate, after failing at it."""
    match visitor.link:
        case "password":
            visitor.post(path, password="no heron at all")
            last = visitor.post(path, password=PASSWORD)
        case "people":
            visitor.post(path, address=STRANGER)
            visitor.post(path, address=READER)
            code = _code(visitor.run)
            visitor.post(path, address=READER, code="00000000")
            last = visitor.post(path, address=READER, code=code)
        case _:
            last = visitor.post(path, open="open")

    assert 303 == last.status_code, last.text


def _code(run: Run) -> str:
    """The code of the letter that came, once it has come; no letter is looked at twice."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for letter in sorted((run.folder / "mail").glob("*.eml")):
            text = letter.read_text()
            if (found := re.search(r"^\s*([0-9]{8})\s*$", text, re.MULTILINE)) and found[1] not in run.secrets:
                run.secrets.add(found[1])
                return found[1]
        time.sleep(0.05)
    raise AssertionError("no letter came")


def troubles_way(run: Run, site: str) -> None:
    """The widest link while Confluence misbehaves in every way that the stand-in knows."""
    faults, path = run.site.faults, run.links[site, "everything"]
    page, file = rf"/(pages|content)/{pages.GALLERY}", r"/(download|media|file)"
    disturbances: Sequence[Callable[[], object]] = (
        lambda: faults.slow_headers(page, 0.2, times=2),
        lambda: faults.truncate(page, 400),
        lambda: faults.other_page(page, pages.PAYROLL),
        lambda: faults.other_page(page, pages.HIDDEN_PAGE),
        lambda: faults.fail(page, 500, times=None),
        lambda: faults.redirect(page, "http://elsewhere.example/"),
        lambda: faults.login_page(page),
        lambda: faults.garbage_json(page),
        lambda: faults.rate_limit(page, times=None),
        lambda: faults.fail("restriction|permission", 500, times=None),
        lambda: faults.truncate(file, 100),
        lambda: faults.lengthen(file, b"canary-comment-after-the-end"),
        lambda: faults.redirect(file, "http://elsewhere.example/x"),
        lambda: faults.fail(file, 500, times=None),
    )
    with browser(run, site, "everything") as visitor:
        for disturb in disturbances:
            disturb()
            for beside in ("", "/comments", "/history/1"):
                visitor.get(f"{path}/p/{pages.GALLERY}{beside}", "fault")
            visitor.get(f"{path}/a/att{pages.LIGHTHOUSE_PNG}", "fault")
            faults.clear()


def operators_way(run: Run, site: str) -> None:
    """What is asked on the command line of a running deployment."""
    listed = json.loads(run.command("link", "list", "--site", site, "--json"))
    run.command("link", "list")
    run.command("link", "show", listed[0]["id"])
    run.command("member", "list")
    run.command("check")


# --- looking for words -----------------------------------------------------------------------------------------------


def found(words: Iterable[str], data: bytes) -> list[str]:
    """Those of the words that stand in the bytes in any usual writing, whatever their case."""
    low = data.lower()
    return [word for word in words if any(form in low for form in _forms(word))]


def _forms(word: str) -> frozenset[bytes]:
    plain = word.encode()
    texts = {word, quote(word, safe=""), quote_plus(word), html.escape(word), json.dumps(word)[1:-1]}
    forms = {text.encode() for text in texts} | {word.encode("utf-16-le"), plain.hex().encode()}
    forms |= {base64.b64encode(b"\0" * pad + plain)[first:-4] for pad, first in enumerate((0, 2, 3))}
    return frozenset(form.lower() for form in forms if len(form) > 3)
