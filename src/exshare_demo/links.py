"""Parts that point somewhere: every form of address a page may hold, and mentions of people."""

from __future__ import annotations

import base64
from html import escape

from exshare_demo.forms import Drawn, Mark, Sheet, attributes, macro, node_path, page_path


def tiny(content_id: int) -> str:
    """The short code of a content id."""
    packed = base64.b64encode(content_id.to_bytes(8, "little")).decode("ascii")
    return packed.rstrip("=").rstrip("A").replace("/", "-").replace("+", "_")


def page_link(page: int, text: str = "", anchor: str = "") -> Drawn:
    """A link to a page as the editor makes it; the text defaults to the page's title."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[page]
        words = text or node.title
        if sheet.storage:
            space = f' ri:space-key="{node.space}"' if node.space != sheet.page.space else ""
            target = f'<ri:page{space} ri:content-title="{escape(node.title)}" ri:version-at-save="1" />'
            hook = f' ac:anchor="{escape(anchor)}"' if anchor else ""
            return f"<ac:link{hook}>{target}<ac:link-body>{escape(words, quote=False)}</ac:link-body></ac:link>"
        href = sheet.url(page_path(sheet, node)) + (f"#{anchor.replace(' ', '-')}" if anchor else "")
        values = {
            "href": href,
            "data-linked-resource-id": node.id,
            "data-linked-resource-version": node.latest.number if node.revisions else 1,
            "data-linked-resource-type": node.kind,
        }
        return f"<a{attributes(values)}>{escape(words, quote=False)}</a>"

    return part


def smart_link(page: int, appearance: str = "inline", form: str = "id") -> Drawn:
    """A smart link: an absolute address whose text is the address itself; `form` is id, title, tiny or upper."""

    def part(sheet: Sheet) -> str:
        node = sheet.tree.nodes[page]
        paths = {
            "id": f"/spaces/{node.space}/pages/{node.id}",
            "title": node_path(node),
            "tiny": f"/x/{tiny(node.id)}",
            "upper": f"/spaces/{node.space}/pages/{node.id}",
        }
        url = sheet.base + paths[form]
        if form == "upper":
            scheme, _, rest = url.partition("://")
            host, _, path = rest.partition("/")
            url = f"{scheme}://{host.upper()}/{path}?atlOrigin=eyJpIjoibGFtcCJ9&src=search"
        values = {"href": url, "data-card-appearance": appearance, "rel": None if sheet.storage else "nofollow"}
        return f"<a{attributes(values)}>{escape(url)}</a>"

    return part


def site_link(path: str, text: str, absolute: bool = False) -> Drawn:
    """A plain link to a path of this site, such as the classic or editor addresses."""

    def part(sheet: Sheet) -> str:
        href = (sheet.base if absolute or sheet.export or sheet.storage else sheet.context) + path
        return f'<a href="{escape(href)}">{escape(text, quote=False)}</a>'

    return part


def root_link(path: str, text: str) -> Drawn:
    """A link beside the wiki on the same host, such as an issue."""

    def part(sheet: Sheet) -> str:
        origin = sheet.base.removesuffix(sheet.context) if sheet.context else sheet.base
        return f'<a href="{escape(origin + path)}">{escape(text)}</a>'

    return part


def web_link(url: str, text: str, appearance: str | None = None) -> Drawn:
    """A link to another host, or a mail address."""

    def part(sheet: Sheet) -> str:
        classes = None if sheet.storage else "external-link"
        values = {"href": url, "class": classes, "data-card-appearance": appearance, "rel": "nofollow"}
        return f"<a{attributes(values)}>{escape(text)}</a>"

    return part


def issue_table(url: str, jql: str, cloud_id: str) -> Drawn:
    """A smart link drawn as a table of issues, with its query in a data attribute."""
    source = f'{{"id":"d8b75300","parameters":{{"cloudId":"{cloud_id}","jql":"{jql}"}},"views":[{{"type":"table"}}]}}'

    def part(sheet: Sheet) -> str:
        values = {"href": url, "class": "external-link", "data-card-appearance": "block", "data-datasource": source}
        return f"<a{attributes(values)}>{escape(url)}</a>"

    return part


def anchor_link(name: str, text: str) -> Drawn:
    """A link within the page, in the newer form with dashes."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            words = f"<ac:plain-text-link-body><![CDATA[{text}]]></ac:plain-text-link-body>"
            return f'<ac:link ac:anchor="{escape(name)}">{words}</ac:link>'
        return f'<a href="#{escape(name.replace(" ", "-"))}">{escape(text)}</a>'

    return part


def mention(name: str, current: bool = False) -> Drawn:
    """A mention of a person."""

    def part(sheet: Sheet) -> str:
        user = sheet.tree.users[name]
        if sheet.storage:
            who = f'ri:account-id="{user.account_id}"' if sheet.cloud else f'ri:userkey="{user.user_key}"'
            return f"<ac:link><ri:user {who} /></ac:link>"
        values: dict[str, object] = {
            "class": "confluence-userlink user-mention" + (" current-user-mention" if current else ""),
            "data-linked-resource-id": user.number,
            "data-linked-resource-version": 1,
            "data-linked-resource-type": "userinfo",
            "data-base-url": sheet.base,
        }
        if sheet.cloud:
            values |= {
                "data-account-id": user.account_id,
                "href": f"{sheet.base}/people/{user.account_id}?ref=confluence",
                "target": "_blank",
            }
        else:
            values |= {"data-username": user.name, "href": sheet.url(f"/display/~{user.name}")}
        return f"<a{attributes(values)}>{escape(user.display_name)}</a>"

    return part


def profile(name: str) -> Drawn:
    """The card of a person, with picture and mail address."""

    def part(sheet: Sheet) -> str:
        user = sheet.tree.users[name]
        who = f'ri:account-id="{user.account_id}"' if sheet.cloud else f'ri:userkey="{user.user_key}"'

        def draw(mark: Mark, _: str) -> str:
            ident = {"data-account-id": user.account_id} if sheet.cloud else {"data-username": user.name}
            people = sheet.url(f"/people/{user.account_id}" if sheet.cloud else f"/display/~{user.name}")
            picture = sheet.url(
                f"/aa-avatar/{user.account_id}" if sheet.cloud else "/images/icons/profilepics/default.svg"
            )
            shown = user.account_id if sheet.cloud else user.name
            img = f'<img class="userLogo logo" src="{picture}" alt="User icon: {shown}">'
            link = f'<a class="userLogoLink"{attributes(ident)} href="{people}">{img}</a>'
            mail = f'<a href="mailto:{user.email}" class="email">{user.email}</a>'
            words = f'<h4><a href="{people}" class="url fn">{escape(user.display_name)}</a></h4>'
            return f'<div{mark.attrs("profile-macro")}><div class="vcard">{link}{words}{mail}</div></div>'

        given = f'<ac:parameter ac:name="user"><ri:user {who} /></ac:parameter>'
        return macro("profile", draw, raw_params=given)(sheet)

    return part
