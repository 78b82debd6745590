"""Parts of apps and of other products: issues, diagrams, formulas, frames, and what is left when they fail."""

from __future__ import annotations

from html import escape

from exshare_demo.canaries import CLIENT_ID, CONTEXT_JWT, FORM_TOKEN, GADGET_TOKEN, JIRA_SUMMARY
from exshare_demo.forms import Drawn, Mark, Sheet, attributes, file_path, macro


def issue(key: str, summary: str, state: str = "Done") -> Drawn:
    """One issue as a line."""

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        origin = sheet.base.removesuffix(sheet.context) if sheet.context else sheet.base
        icon = f"{origin}/rest/api/2/universal_avatar/view/type/issuetype/avatar/10318?size=medium"
        shown = f'<img class="icon" src="{icon}">{key}'
        link = f'<a href="{origin}/browse/{key}?src=confmacro" class="jira-issue-key">{shown}</a>'
        lozenge = f'<span class="aui-lozenge aui-lozenge-subtle aui-lozenge-success">{escape(state)}</span>'
        attrs = mark.attrs("confluence-jim-macro jira-issue resolved", data_jira_key=key, data_client_id=CLIENT_ID)
        return f'<span{attrs}>{link} - <span class="summary">{escape(summary)}</span> {lozenge}</span>'

    return macro("jira", draw, {"server": "System Jira", "key": key, "serverId": CLIENT_ID}, inline=True)


def issue_list(jql: str) -> Drawn:
    """A table of issues that was not loaded yet."""

    def draw(mark: Mark, _: str) -> str:
        wiki = escape(f'<ac:structured-macro ac:name="jira"><ac:parameter ac:name="jqlQuery">{jql}</ac:parameter>')
        refresh = (
            f'<input type="hidden" class="refresh-wiki" data-wikimarkup="{wiki}" data-pageid="{mark.sheet.page.id}">'
        )
        rows = f"<table><tbody><tr><td>LAMP-7</td><td>{JIRA_SUMMARY}</td></tr></tbody></table>"
        shell = mark.attrs("confluence-jim-macro refresh-module-id jira-table", data_client_id=CLIENT_ID)
        return f'<div{shell}>{rows}{refresh}<span class="issue-placeholder">Getting issues...</span></div>'

    return macro("jira", draw, {"server": "System Jira", "jqlQuery": jql, "maximumIssues": "20", "serverId": CLIENT_ID})


def drawio(name: str, attachment: int) -> Drawn:
    """A diagram: an app container with scripts in view, the picture beside its source in export forms."""

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        if sheet.export:
            url = sheet.base + file_path(sheet.tree.attachments[attachment])
            return f'<div{mark.attrs("ap-static")}><img src="{escape(url)}" alt="{escape(name)}"></div>'
        if not sheet.cloud:
            inner = '<script>var drawio=1;</script><div id="drawio-macro-content-1" class="geDiagramContainer"></div>'
            return f"<div{mark.attrs('ap-container')}>{inner}</div>"
        account = sheet.reader.account_id if sheet.reader else "anonymous"
        ctx = f'\\"pageId\\":\\"{sheet.page.id}\\",\\": = | RAW | = :\\":\\"diagramName={name}|\\"'
        data = (
            f'{{"addon_key":"com.mxgraph.confluence.plugins.diagramly","productCtx":"{{{ctx}}}",'
            f'"contextJwt":"{CONTEXT_JWT}","user":{{"id":"{account}","key":"{account}"}}}}'
        )
        script = f"//<![CDATA[\n(function(){{ var data = {data}; }})();\n//]]>"
        inner = (
            '<div class="ap-content" id="embedded-com.mxgraph.confluence__drawio1"></div>'
            f'<script class="ap-iframe-body-script">{script}</script>'
        )
        return f"<div{mark.attrs('ap-container', id='ap-com.mxgraph.confluence__drawio1')}>{inner}</div>"

    return macro("drawio", draw, {"diagramName": name, "revision": "3", "simple": "0"})


def math_image(formula: str) -> Drawn:
    """A formula: an app draws it as a picture with the formula as its text."""

    def draw(mark: Mark, _: str) -> str:
        src = mark.sheet.url(f"/plugins/servlet/latexmath?formula={mark.sheet.page.id}")
        return f'<span{mark.attrs("latexmath")}><img class="latexmath-img" src="{src}" alt="{escape(formula)}"></span>'

    return macro("mathinline", draw, {"body": formula}, inline=True)


def unknown(name: str) -> Drawn:
    """A macro the site no longer has."""

    def draw(mark: Mark, _: str) -> str:
        query = f"name={name}&locale=en_GB&version=2"
        src = mark.sheet.url(f"/plugins/servlet/confluence/placeholder/unknown-macro?{query}")
        return f'<img class="wysiwyg-unknown-macro" src="{escape(src)}">'

    return macro(name, draw)


def broken(name: str) -> Drawn:
    """A macro that failed."""

    def draw(mark: Mark, _: str) -> str:
        return f'<div class="error"><span class="error">Error rendering macro \'{name}\'</span> : page not found</div>'

    return macro(name, draw)


def frame(url: str) -> Drawn:
    """A frame of another host."""

    def draw(mark: Mark, _: str) -> str:
        inner = f'<iframe src="{escape(url)}" width="400" height="300" frameborder="0"></iframe>'
        return f"<div{mark.attrs('embeddedObject')}>{inner}</div>"

    return macro("widget", draw, {"url": url})


def gadget() -> Drawn:
    """A dashboard gadget with a security token in its frame's address."""

    def draw(mark: Mark, _: str) -> str:
        src = mark.sheet.url(f"/plugins/servlet/gadgets/ifr?container=atlassian&st={GADGET_TOKEN}")
        return f'<div{mark.attrs("gadget")}><iframe src="{escape(src)}"></iframe></div>'

    return macro("gadget", draw, {"url": "activity"})


def survey() -> Drawn:
    """A form with a token, buttons, events and styles: all that must not get through."""

    def draw(mark: Mark, _: str) -> str:
        sheet = mark.sheet
        action = sheet.url("/plugins/survey/vote.action")
        inputs = (
            f'<input type="hidden" name="atl_token" value="{FORM_TOKEN}">'
            '<input type="radio" name="v" value="1" onclick="vote(1)">'
        )
        button = '<button type="submit" onmouseover="glow(this)">Vote</button>'
        scripts = "<script>window.AJS && AJS.vote();</script><style>.survey{position:fixed;top:0}</style>"
        odd = '<object data="/wiki/plugins/flash.swf"></object><embed src="/wiki/plugins/flash.swf">'
        link = (
            '<a href="javascript:alert(1)">quick vote</a><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="">'
        )
        form = f'<form action="{action}" method="post">{inputs}{button}</form>'
        return f'<div{mark.attrs("survey")} onload="boot()" style="position:fixed">{form}{scripts}{odd}{link}</div>'

    return macro("survey", draw, {"title": "Which lamp next"})


def leftovers() -> Drawn:
    """Templates that nobody filled in and namespaces that leaked, as old macros leave them behind."""

    def part(sheet: Sheet) -> str:
        if sheet.storage:
            return "<p>Rendered by an old macro.</p>"
        odd = attributes({"xmlns:ac": "http://www.atlassian.com/schema/confluence/4/ac/"})
        return f"<p{odd}>Rendered by an old macro. $itemRenderedUrl ${{xsrfTokenGenerator.generateToken(true)}}</p>"

    return part


def chart() -> Drawn:
    """A chart that a script draws from JSON."""

    def draw(mark: Mark, _: str) -> str:
        data = '{"pluginKey":"confluence.extra.chart","parameters":{"title":"Lamps per year"}}'
        script = f'<script class="chart-render-data" type="application/json">//<![CDATA[\n{data}\n//]]></script>'
        return f'<div{mark.attrs("chart-macro")}><div class="chart-bootstrap-wrapper">{script}</div></div>'

    return macro("chart", draw, {"type": "bar"})
