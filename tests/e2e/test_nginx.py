"""The service behind nginx, configured by the very block that the documentation gives: TLS, addresses, files, disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from exshare_demo import pages
from exshare_demo.serving import standing
from exshare_demo.site import demo_site
from tests.e2e.configured import MIRA, site_section, sqlite_section, written
from tests.e2e.running import PATIENCE, answer_of, free_port, service
from tests.requirements import need

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
HOST = "share.example.com"
PASSWORD = "lamp oil and a wick"


@frozen
class Place:
    """The proxy's address, and what a person needs to go there."""

    origin: str
    folder: Path
    config: Path

    def browser(self) -> httpx2.Client:
        """A browser that takes the proxy's certificate and calls it by its name."""
        return httpx2.Client(base_url=self.origin, verify=False, headers={"host": HOST}, timeout=PATIENCE)

    def link(self, *more: str, page: int = pages.CARE, stdin: str = "") -> str:
        """The path of a new link."""
        made = answer_of(
            "link", "create", "acme", str(page), "--owner", "ada", "--config", str(self.config), "--json", *more,
            home=self.folder, stdin=stdin,
        )  # fmt: skip
        return str(made["url"]).removeprefix(f"https://{HOST}")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `HOST` that nobody has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "tls.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return folder / "tls.pem", folder / "tls.key"


@contextmanager
def nginx(folder: Path, port: int, upstream: int) -> Iterator[None]:
    """Nginx over the documented block, with nothing changed in it but ports and the places of the certificate."""
    program = need("nginx")
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    pem, key = certificate(folder)
    block = found[1].replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
    block = block.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    block = re.sub(r"/etc/ssl/\S+\.pem", str(pem), block)
    block = re.sub(r"/etc/ssl/\S+\.key", str(key), block)
    (folder / "temp").mkdir()
    temporary = "".join(
        f"{kind}_temp_path {folder / 'temp' / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""
    configuration.write_text(
        f"{user}\ndaemon off;\npid {folder / 'nginx.pid'};\nerror_log {folder / 'error.log'} crit;\n"
        f"events {{}}\nhttp {{\naccess_log {folder / 'access.log'};\n{temporary}{block}}}\n"
    )
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "start.log")])
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                httpx2.get(f"https://127.0.0.1:{port}/healthz", verify=False)
                break
            except httpx2.TransportError:
                assert process.poll() is None, (folder / "start.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A deployment behind the proxy."""
    need("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    with standing(demo_site()) as confluence:
        config = written(folder, sqlite_section(folder), site_section("acme", confluence))
        text = re.sub(r'base_url = ".*"', f'base_url = "https://{HOST}"', config.read_text())
        config.write_text(text.replace("[secrets]", '[server]\ntrusted_proxies = ["127.0.0.1"]\n[secrets]', 1))
        upstream, port = free_port(), free_port()
        answer_of("member", "add", "ada", "--identity", MIRA, "--config", config, "--json", home=folder)
        with service(folder, config, upstream), nginx(folder, port, upstream):
            yield Place(f"https://127.0.0.1:{port}", folder, config)


def test_a_gate_is_passed_through_the_proxy(place: Place) -> None:
    """Over TLS the session's cookie has the strictest form, and the page comes with its headers (spec G10, V1)."""
    path = place.link("--password-stdin", stdin=PASSWORD)
    with place.browser() as browser:
        gate = browser.get(path)
        passed = browser.post(path, data={"password": PASSWORD}, headers={"sec-fetch-site": "same-origin"})
        cookie = passed.headers["set-cookie"]
        page = browser.get(passed.headers["location"], headers={"cookie": cookie.partition(";")[0]})

    assert (200, 303, 200) == (gate.status_code, passed.status_code, page.status_code)
    assert cookie.startswith("__Host-exshare-visitor=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "max-age=31536000; includeSubDomains" == page.headers["strict-transport-security"]
    assert "Caring for lenses" in page.text


@pytest.mark.parametrize(
    ("networks", "claimed", "status"),
    [("127.0.0.0/8", "", 200), ("192.0.2.0/24", "", 403), ("192.0.2.0/24", "192.0.2.7", 403)],
)
def test_the_visitors_own_address_counts(place: Place, networks: str, claimed: str, status: int) -> None:
    """A list of networks is held against who comes to the proxy, whatever they claim to be (spec G5)."""
    path = place.link("--networks", networks)
    headers = {"x-forwarded-for": claimed} if claimed else {}
    with place.browser() as browser:
        assert status == browser.get(path, headers=headers).status_code


def test_files_and_parts_of_them_flow_through(place: Place) -> None:
    """A file comes whole and in parts, with the service's own headers (spec V5)."""
    path = place.link("--allow", "attachments=view", page=pages.START)
    with place.browser() as browser:
        file = re.search(r'href="(/s/[^"]+/a/[^"]+)"', browser.get(path).text)
        assert file is not None
        whole = browser.get(file[1])
        part = browser.get(file[1], headers={"range": "bytes=2-5"})

    assert (200, 206) == (whole.status_code, part.status_code)
    assert whole.content[2:6] == part.content
    assert "nosniff" == whole.headers["x-content-type-options"]


def test_what_is_too_large_for_a_form_stops_at_the_proxy(place: Place) -> None:
    """Visitors' forms end at 64 kB; documents of admins are let through to be judged."""
    path = place.link()
    with place.browser() as browser:
        form = browser.post(path, content=b"x" * 100_000)
        document = browser.put("/api/v1/sites/acme/policy", content=b"#" * 500_000)

    assert (413, 401) == (form.status_code, document.status_code)


def test_nothing_rests_on_the_proxys_disk(place: Place) -> None:
    """After pages, files, forms and documents there is no temporary file, and no address of a share in any log."""
    path = place.link("--allow", "attachments=view", page=pages.START)
    with place.browser() as browser:
        file = re.search(r'href="(/s/[^"]+/a/[^"]+)"', browser.get(path).text)
        assert file is not None
        browser.get(file[1])
        browser.post(path, data={"password": "x" * 900})
        browser.put("/api/v1/sites/acme/policy", content=b"#" * 500_000)
    kept = [one for one in (place.folder / "temp").rglob("*") if one.is_file()]
    logged = "".join((place.folder / name).read_text() for name in ("access.log", "error.log", "start.log")
                     if (place.folder / name).exists())  # fmt: skip

    assert [] == kept
    assert path.rpartition("/")[2] not in logged
