"""A real browser for the tests: started once, watched for everything that a shared page must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any, Literal

from attrs import Factory, define
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, sync_playwright

from tests.requirements import need

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

ALARMS = """
window.alarms = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'fetch'])
  window[name] = (...given) => { window.alarms.push(name + ': ' + given.join()); };
document.addEventListener('securitypolicyviolation', event =>
  window.alarms.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
"""
"""Runs before anything of a page does: whatever a script would do first is written down."""


@contextmanager
def started() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("browser"), args=list(FLAGS))
        yield browser
        browser.close()


@define
class Window:
    """A window, and what it did that it should not have done."""

    page: Page
    origin: str
    faults: list[str] = Factory(list)

    def alarms(self) -> list[str]:
        """What scripts did, where they may run at all, and what the page's policy had to stop."""
        return list(self.page.evaluate("window.alarms || []"))


@contextmanager
def window(
    browser: Browser,
    origin: str,
    *,
    width: int = 1280,
    height: int = 800,
    scheme: Literal["light", "dark"] = "light",
    script: bool = True,
    policy: bool = True,
    **more: Any,
) -> Iterator[Window]:
    """A fresh window for pages of one origin; with `policy` False the page's own policy protects it no more."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=script,
        bypass_csp=not policy,
        base_url=origin,
        **more,
    )
    context.add_init_script(ALARMS)
    page = context.new_page()
    watched = Window(page, origin)
    context.route("**/*", lambda route: _judged(watched, route))
    context.on("page", lambda other: watched.faults.append(f"window: {other.url}") if other is not page else None)
    page.on("dialog", lambda dialog: _dismissed(watched, dialog))
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    page.on("console", lambda said: _noted(watched, said.type, said.text))
    page.on("download", lambda one: watched.faults.append(f"download: {one.url[:200]}"))
    yield watched
    context.close()


def _judged(watched: Window, route: Route) -> None:
    """Let requests to our own origin pass; note and stop all others."""
    url = route.request.url
    if url.startswith((f"{watched.origin}/", "data:", "about:")):
        route.continue_()
    else:
        watched.faults.append(f"request: {url[:200]}")
        route.abort()


def _dismissed(watched: Window, dialog: Dialog) -> None:
    watched.faults.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _noted(watched: Window, kind: str, text: str) -> None:
    if kind in ("error", "warning") and "responded with a status of" not in text:
        watched.faults.append(f"console: {text[:200]}")


def axe(page: Page) -> list[str]:
    """What axe-core objects to in a page: rules of WCAG 2.2 AA and good practice, with the places."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} {node['target']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
