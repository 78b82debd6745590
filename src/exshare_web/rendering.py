"""Templates: one Jinja2 environment that escapes everything, refuses names that are not given and speaks languages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from exshare_web import brand, languages


def environment() -> Environment:
    """A fresh environment over our templates."""
    made = Environment(
        loader=PackageLoader("exshare_web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(_one, _one_or_more, newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = languages.current
    made.globals["brand"] = brand.current
    made.globals["other_languages"] = languages.others
    made.filters["day"] = lambda moment: languages.current().day(moment)
    made.filters["moment"] = lambda moment: languages.current().moment(moment)
    made.filters["minute"] = _minute
    made.filters["size"] = lambda number: languages.current().size(number)
    made.filters["rule"] = lambda rule: languages.current().say_rule(rule)
    made.filters["marked"] = _marked
    return made


class Pages:
    """Renders templates into answers."""

    def __init__(self, static: str = "/static") -> None:
        self.templates = environment()
        self.templates.globals["static"] = static

    def text(self, template: str, **values: Any) -> str:
        """The rendered template."""
        return self.templates.get_template(template).render(values)

    def encoded(self, template: str, **values: Any) -> bytes:
        """The rendered template in UTF-8; what cannot be written so, such as half a surrogate pair, becomes ``?``."""
        return self.text(template, **values).encode("utf-8", "replace")

    def answer(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """The rendered template as an answer."""
        return HTMLResponse(self.encoded(template, **values), status)


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M UTC")


def _one(text: str) -> str:
    return languages.current().say(text)


def _one_or_more(one: str, more: str, number: int) -> str:
    return str(languages.current().words.ngettext(one, more, number))


def _marked(text: str) -> Markup:
    """Our own sentences with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704


_CODE = re.compile(r"`+([^`]+)`+")
