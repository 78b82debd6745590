"""How sites look, to and from database rows: one mapping for every SQL store."""

from __future__ import annotations

from exshare_adapters.columns import Params, Row, blob
from exshare_core.branding import Branding, Colour, Picture
from exshare_core.values import SiteId


def branding_params(branding: Branding) -> Params:
    """Every field of it, with the digests by which its pictures are found."""
    return {
        "site": branding.site,
        "version": branding.version,
        "name": branding.name,
        "footer": branding.footer,
        "gate": branding.gate,
        "home": branding.home,
        "accent": None if branding.accent is None else str(branding.accent),
        "dark": branding.dark,
        "styles": branding.styles,
        "styles_digest": branding.styles_digest or None,
        **_picture_params("logo", branding.logo),
        **_picture_params("icon", branding.icon),
    }


def branding_of(row: Row) -> Branding:
    """The branding in a row."""
    return Branding(
        site=SiteId(row["site"]),
        version=row["version"],
        name=row["name"],
        footer=row["footer"],
        gate=row["gate"],
        home=row["home"],
        accent=None if row["accent"] is None else Colour.parse(row["accent"]),
        dark=bool(row["dark"]),
        styles=row["styles"],
        logo=picture_of(row["logo"], row["logo_type"]),
        icon=picture_of(row["icon"], row["icon_type"]),
    )


def picture_of(data: bytes | None, media_type: str | None) -> Picture | None:
    """The picture in two columns; None where there is none."""
    return None if data is None or media_type is None else Picture(blob(data), media_type)


def _picture_params(name: str, picture: Picture | None) -> Params:
    given = (None, None, None) if picture is None else (picture.data, picture.media_type, picture.digest)
    return dict(zip((name, f"{name}_type", f"{name}_digest"), given, strict=True))
