"""A certified OpenID Connect provider, as a process beside the tests: where Node and the package are there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from attrs import frozen

from exshare_core.testing.identities import CALLBACK, PEOPLE
from tests.requirements import need

SCRIPT = Path(__file__).with_suffix(".mjs")
CLIENT, SECRET = "exshare", "the-secret-of-the-client"
MOST_REDIRECTS = 5


@frozen
class Certified:
    """The running provider."""

    issuer: str
    process: subprocess.Popen[str]

    async def visited(self, departure: str, subject: str | None) -> dict[str, str]:
        """What a browser brings back in which `subject` signs in, or with None somebody turns back."""
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(departure)
            for _ in range(MOST_REDIRECTS):
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(CALLBACK):
                    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                if "/interaction/" in target and subject is not None:
                    target += f"?sub={subject}"
                answer = await browser.get(target)
        raise AssertionError(f"the provider went on to {answer.url}")

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


@contextmanager
def certified_provider() -> Iterator[Certified]:
    """A fresh one that knows `PEOPLE`."""
    people = [
        {"sub": one.subject, "name": one.name, "email": one.address, "email_verified": one.verified} for one in PEOPLE
    ]
    command = ["node", str(SCRIPT), need("oidc-provider"), CALLBACK, json.dumps(people)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None

        running = Certified(f"http://127.0.0.1:{process.stdout.readline().strip()}", process)
        try:
            yield running
        finally:
            running.stop()
