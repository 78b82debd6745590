"""Parts as the newer editor keeps them: nodes of its own with a fallback, pictures that only the media host knows."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from exshare_demo.canaries import VIEWER_TOKEN
from exshare_demo.forms import Drawn, Part, Sheet, attributes, write
from exshare_demo.model import Attachment
from exshare_demo.pictures import image

MACROS = "com.atlassian.confluence.macro.core"


def _attribute(key: str, inner: str) -> str:
    return f'<ac:adf-attribute key="{key}">{inner}</ac:adf-attribute>'


def _parameter(key: str, inner: str) -> str:
    return f'<ac:adf-parameter key="{key}">{inner}</ac:adf-parameter>'


def _extension(node: str, fallback: str) -> str:
    return f"<ac:adf-extension>{node}<ac:adf-fallback>{fallback}</ac:adf-fallback></ac:adf-extension>"


def kept_include(page: int, *kept: Part) -> Drawn:
    """The whole of another page as an extension: what is drawn, whoever reads, are the words it kept when it was saved."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[page]
        drawn = write(kept, sheet)
        if not sheet.storage:
            return drawn
        named = node.title if node.space == sheet.page.space else f"{node.space}:{node.title}"
        source = _parameter("macro-params", _parameter("", _parameter("value", escape(named))))
        metadata = _parameter("macro-id", _parameter("value", sheet.macro_id("kept-include")))
        inner = (
            _attribute("extension-key", "include")
            + _attribute("extension-type", MACROS)
            + _attribute("parameters", source + _parameter("macro-metadata", metadata))
        )
        return _extension(f'<ac:adf-node type="extension">{inner}</ac:adf-node>', drawn)

    return part


def pasted(number: int) -> Drawn:
    """A picture that was pasted into the page: its address is one of the editor's own. Data Center has no such editor."""

    def part(sheet: Sheet) -> str:
        file = sheet.tree.attachments[number]
        if not sheet.cloud:
            return image(number)(sheet)
        fields = {
            "media-blob-url": "true",
            "id": file.file_id,
            "collection": f"contentId-{file.page}",
            "contextId": file.page,
            "mimeType": file.media_type,
            "name": file.title,
        }
        address = f"blob:{sheet.base.removesuffix(sheet.context)}/00c0ffee#{urlencode(fields)}"
        if sheet.storage:
            return f'<ac:image><ri:url ri:value="{escape(address)}" /></ac:image>'
        classes = "confluence-embedded-image confluence-external-resource"
        values = {"class": classes, "src": address, "data-image-src": address}
        return f'<span class="confluence-embedded-file-wrapper image-center-wrapper"><img{attributes(values)}></span>'

    return part


def media_image(number: int, alt: str) -> Drawn:
    """A picture of which page and rendering name the media host's id alone. Data Center has no such host."""

    def part(sheet: Sheet) -> str:
        file = sheet.tree.attachments[number]
        if not sheet.cloud:
            return image(number, alt)(sheet)
        if sheet.storage:
            inner = _attribute("id", file.file_id) + _attribute("collection", f"contentId-{file.page}")
            media = f'<ac:adf-node type="media">{inner}</ac:adf-node>'
            return _extension(f'<ac:adf-node type="media-single">{media}</ac:adf-node>', "")
        return f"<p><img{attributes(_media_values(file, alt))}></p>"

    return part


def _media_values(file: Attachment, alt: str) -> dict[str, object]:
    query = urlencode({"token": VIEWER_TOKEN, "client": "66666666-2222-4333-8444-5555c11e0000"})
    return {
        "alt": alt,
        "width": file.width,
        "height": file.height,
        "src": f"https://api.media.atlassian.com/file/{file.file_id}/image?{query}",
        "data-media-id": file.file_id,
        "data-media-type": "file",
    }
