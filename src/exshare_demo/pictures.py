"""Parts that show files: images of all kinds, file cards, previews with tokens."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from exshare_demo.canaries import MEDIA_TOKEN, VIEWER_TOKEN
from exshare_demo.forms import Drawn, Mark, Part, Sheet, attributes, file_path, macro, write
from exshare_demo.model import Attachment

NICE = {"application/pdf": "PDF Document", "video/mp4": "Multimedia", "text/plain": "Text File"}


def _ri(sheet: Sheet, attachment: Attachment) -> str:
    inner = ""
    if attachment.page != sheet.page.id:
        owner = sheet.tree.nodes[attachment.page]
        space = f' ri:space-key="{owner.space}"' if owner.space != sheet.page.space else ""
        inner = f'<ri:page{space} ri:content-title="{escape(owner.title)}" />'
    name = escape(attachment.title)
    return (
        f'<ri:attachment ri:filename="{name}">{inner}</ri:attachment>'
        if inner
        else f'<ri:attachment ri:filename="{name}" />'
    )


def _linked(sheet: Sheet, attachment: Attachment) -> dict[str, object]:
    owner = sheet.tree.nodes[attachment.page]
    values: dict[str, object] = {
        "data-linked-resource-id": attachment.number,
        "data-linked-resource-version": attachment.version,
        "data-linked-resource-type": "attachment",
        "data-linked-resource-default-alias": attachment.title,
        "data-base-url": sheet.base,
        "data-linked-resource-content-type": attachment.media_type,
        "data-linked-resource-container-id": attachment.page,
        "data-linked-resource-container-version": owner.latest.number,
    }
    if sheet.cloud:
        values |= {"data-media-id": attachment.file_id, "data-media-type": "file"}
    return values


def image(
    number: int, alt: str = "", width: int | None = None, caption: tuple[Part, ...] = (), align: str = "center"
) -> Drawn:
    """An attached image, of this page or another; with a width it is shown through a thumbnail address."""

    def part(sheet: Sheet) -> str:
        attachment = sheet.tree.attachments[number]
        if sheet.storage:
            sizes = {"ac:align": align, "ac:layout": align, "ac:alt": alt or None, "ac:width": width}
            words = f"<ac:caption><p>{write(caption, sheet)}</p></ac:caption>" if caption else ""
            return f"<ac:image{attributes(sizes)}>{_ri(sheet, attachment)}{words}</ac:image>"
        sized = " confluence-embedded-manual-size" if width else ""
        drawn = _img(sheet, attachment, alt, width, align)
        words = f'<p class="caption">{write(caption, sheet)}</p>' if caption else ""
        wrapper = f"confluence-embedded-file-wrapper image-{align}-wrapper{sized}"
        return f'<span class="{wrapper}">{drawn}</span>{words}'

    return part


def _img(sheet: Sheet, attachment: Attachment, alt: str, width: int | None, align: str) -> str:
    if not sheet.cloud and sheet.export:
        owner = sheet.tree.nodes[attachment.page]
        path = "/".join(quote(part) for part in (owner.space, *owner.title.split("/"), attachment.title))
        source = f"{sheet.base}/download/attachments/embedded-page/{path}?api=v2"
        return f'<img class="confluence-embedded-image" src="{source}">'
    start = sheet.base if sheet.cloud else sheet.context
    full = start + file_path(attachment)
    small = start + file_path(attachment, "thumbnails") + (f"&width={width}" if width else "")
    values: dict[str, object] = {
        "class": f"confluence-embedded-image image-{align}",
        "alt": alt,
        "width": width,
        "loading": "lazy",
        "src": small if width else full,
        "srcset": f"{small}&width={width * 2} 2x, {small} 1x" if width else None,
        "data-image-src": full,
        "data-height": attachment.height,
        "data-width": attachment.width,
        "data-unresolved-comment-count": 0,
    }
    return f"<img{attributes(values | _linked(sheet, attachment))}/>"


def external_image(url: str, alt: str = "") -> Drawn:
    """An image of another host."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            return f'<ac:image ac:alt="{escape(alt)}"><ri:url ri:value="{escape(url)}" /></ac:image>'
        values = {"class": "confluence-embedded-image confluence-external-resource", "src": url, "data-image-src": url}
        return f'<span class="confluence-embedded-file-wrapper"><img{attributes(values | {"alt": alt})}></span>'

    return part


def cdn_image(number: int, width: int = 760) -> Drawn:
    """An attached image that Cloud shows straight from its media host, with a token in the address."""

    def part(sheet: Sheet) -> str:
        attachment = sheet.tree.attachments[number]
        if sheet.storage or not sheet.cloud:
            return image(number, width=width)(sheet)
        query = f"allowAnimated=true&client=66666666-2222-4333-8444-5555c11e0000&collection=contentId-{sheet.page.id}"
        url = f"https://media-cdn.atlassian.com/file/{attachment.file_id}/image/cdn?{query}&token={MEDIA_TOKEN}&width={width}"
        return f'<img src="{escape(url)}">'

    return part


def card(number: int) -> Drawn:
    """A file as a card with a small picture."""

    def part(sheet: Sheet) -> str:
        attachment = sheet.tree.attachments[number]
        if sheet.storage:
            params = f'<ac:parameter ac:name="name">{_ri(sheet, attachment)}</ac:parameter>'
            head = f'ac:name="view-file" ac:schema-version="1" ac:macro-id="{sheet.macro_id("view-file")}"'
            params += '<ac:parameter ac:name="height">150</ac:parameter>'
            return f"<ac:structured-macro {head}>{params}</ac:structured-macro>"
        mark = Mark(sheet, "view-file", sheet.macro_id("view-file"), False, True)
        full = sheet.url(file_path(attachment))
        values = _linked(sheet, attachment) | {
            "href": full,
            "data-file-src": full,
            "data-mime-type": attachment.media_type,
            "data-nice-type": NICE.get(attachment.media_type, "File"),
            "data-has-thumbnail": "true",
        }
        small = escape(sheet.url(file_path(attachment, "thumbnails")))
        link = f'<a class="confluence-embedded-file"{attributes(values)}><img src="{small}" height="150"/></a>'
        return f'<p class="media-group"><span{mark.attrs("confluence-embedded-file-wrapper")}>{link}</span></p>'

    return part


def file_link(number: int, text: str) -> Drawn:
    """A link to a file."""

    def part(sheet: Sheet) -> str:
        attachment = sheet.tree.attachments[number]
        if sheet.storage:
            words = f"<ac:plain-text-link-body><![CDATA[{text}]]></ac:plain-text-link-body>"
            return f"<ac:link>{_ri(sheet, attachment)}{words}</ac:link>"
        values = {"href": sheet.url(file_path(attachment))} | _linked(sheet, attachment)
        return f"<a{attributes(values)}>{escape(text)}</a>"

    return part


def office_preview(number: int) -> Drawn:
    """A document previewed through the media host, whose token names who renders."""

    def draw(mark: Mark, _: str) -> str:
        attachment = mark.sheet.tree.attachments[number]
        if not mark.sheet.cloud:
            return f"<div{mark.attrs('office-container')}>{escape(attachment.title)}</div>"
        query = f"token={VIEWER_TOKEN}&client=66666666-2222-4333-8444-5555c11e0000&name={quote(attachment.title)}"
        url = f"https://api.media.atlassian.com/file/{attachment.file_id}/image?{query}&max-age=900"
        img = f'<img src="{escape(url)}" alt="{escape(attachment.title)}">'
        named = {"class": "media-viewer-content", "data-attachment-name": attachment.title}
        inner = f'<div id="media-viewer-{number}"{attributes(named)}></div>'
        return f"<div{mark.attrs('office-container')}>{img}{inner}</div>"

    def part(sheet: Sheet) -> str:
        given = f'<ac:parameter ac:name="name">{_ri(sheet, sheet.tree.attachments[number])}</ac:parameter>'
        return macro("viewpdf", draw, raw_params=given)(sheet)

    return part
