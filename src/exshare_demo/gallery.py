"""Pages that show every construct a Confluence page may hold, one after the other."""

from __future__ import annotations

from datetime import date

from exshare_demo import pages
from exshare_demo.apps import (
    broken,
    chart,
    drawio,
    frame,
    gadget,
    issue,
    issue_list,
    leftovers,
    math_image,
    survey,
    unknown,
)
from exshare_demo.boxes import cell, code, columns, expand, layout, noformat, notice, panel, properties, table
from exshare_demo.canaries import CLOUD_ID, JIRA_SUMMARY
from exshare_demo.editor import kept_include, media_image, pasted
from exshare_demo.forms import Part, raw
from exshare_demo.guide import GALLERY_REF, unpack
from exshare_demo.links import (
    anchor_link,
    issue_table,
    mention,
    page_link,
    profile,
    root_link,
    site_link,
    smart_link,
    tiny,
    web_link,
)
from exshare_demo.pictures import card, cdn_image, external_image, file_link, image, office_preview
from exshare_demo.readers import (
    attachments_table,
    blog_posts,
    children,
    content_by_label,
    excerpt_include,
    include,
    page_tree,
    picture_gallery,
    properties_report,
    recently_updated,
)
from exshare_demo.writing import (
    anchor,
    bullets,
    code_words,
    coloured,
    contents,
    day,
    decisions,
    em,
    emoji,
    h,
    marked,
    numbers,
    p,
    status,
    strong,
    tag,
    tasks,
)

Parts = tuple[Part, ...]


def gallery() -> Parts:
    """Text, boxes, tables, files."""
    return (*_text(), *_boxes(), *_tables(), *_files())


def _text() -> Parts:
    return (
        contents(),
        h(2, "Text"),
        p(
            "Plain, ",
            strong("bold"),
            ", ",
            em("slanted"),
            ", ",
            tag("u", "underlined"),
            ", ",
            tag("del", "struck"),
            ", ",
            code_words("typed"),
            ", H",
            tag("sub", "2"),
            "O, m",
            tag("sup", "2"),
            " and ",
            coloured("amber", "rgb(255,153,31)"),
            ".",
        ),
        tag("blockquote", p("A lamp is a promise made in glass.")),
        bullets("Wick", "Mantle", "Diode"),
        numbers("Up the stairs", "Down the stairs"),
        tag(
            "ol",
            tag(
                "li",
                tag("p", "Light the wick"),
                tag("ol", tag("li", tag("p", "with a match")), tag("li", tag("p", "with a spill"))),
            ),
            tag("li", tag("p", "Close the glass")),
            start="3",
        ),
        p(
            tag("span", "on peach", style="background-color: rgb(254,222,200);"),
            " and ",
            tag("span", "on night", style="background-color: rgb(23,43,77);"),
        ),
        tag("p", raw("<br/>"), _class="auto-cursor-target"),
        raw("<hr/>"),
        p(
            "Words with ",
            marked("marked words", GALLERY_REF),
            " and a ",
            marked("leaked marker", "5c6a1e47-2222-4d3c-890f-0994b2181443", leak=True),
            ".",
        ),
        p(
            emoji(":bulb:", "💡", "1f4a1"),
            " ",
            emoji(":lantern_logo:", ":lantern_logo:", "aaaaaaaa-0000-4000-8000-000000000000"),
            " ",
            emoji(":moon:", "\\uD83C\\uDF19", "1f319"),
        ),
        p(
            status("DONE", "Green"),
            " ",
            status("WAIT", "Yellow"),
            " ",
            status("STOP", "Red"),
            " ",
            status("NEXT", "Blue"),
            " ",
            status("MAYBE", "Purple"),
            " ",
            status("OTHER", "Grey"),
        ),
        p(day(date(2026, 4, 1)), " and ", day(date(2027, 4, 1))),
        tasks((True, ("Trim the wick",)), (False, ("Polish the brass until ", day(date(2026, 12, 24))))),
        decisions("We paint it white", "The stripe stays red"),
        h(2, "Fields"),
        p("The first field."),
        h(2, "Fields"),
        p("The second field."),
        anchor("custom"),
        p("An anchored paragraph."),
    )


def _boxes() -> Parts:
    return (
        h(2, "Boxes"),
        notice("info", p("An info box.")),
        notice("note", p("A note box."), title="Mind the step"),
        notice("tip", p("A tip box.")),
        notice("warning", p("A warning box.")),
        panel(p("A panel with a title."), title="Panel title"),
        panel(p("A panel without.")),
        code("java", 'if (wick < 3 && lit) {\n    lamp.trim("a ]]> b");\n}', "Lamp.java"),
        code("bash", "lamp --status | grep -v 'dark' > /dev/null"),
        code("python", '"""Keeps\nwatch."""\nlit = True  # by night', "watch.py", first_line=9),
        code("xml", "<lamp lit='yes'/>", "Lamp as XML", folded=True),
        noformat("  raw & <text>\n    kept   as typed"),
        expand(
            "More about the tower",
            p("It leans, but less than the other one."),
            bullets("North", "South"),
            expand("And inside", p("Stairs.")),
        ),
        panel(p("A panel of the sea."), title="Blue head", colour="#0747a6"),
        layout("single", (p("One column."),)),
        layout("two_equal", (p("Left."),), (p("Right."),)),
        layout("two_left_sidebar", (p("Side."),), (p("Main."),)),
        layout("three_equal", (p("One."),), (p("Two."),), (notice("tip", p("Three.")),)),
        layout("three_with_sidebars", (p("Left side."),), (p("Middle."),), (p("Right side."),)),
        columns((p("Old column one."),), (p("Old column two."),)),
        properties(("Owner", (mention(pages.MIRA),)), ("State", (status("LIVE"),)), name="gallery"),
    )


def _tables() -> Parts:
    return (
        h(2, "Tables"),
        table(
            (cell("Lamp", head=True), cell("Lit", head=True), cell("By", head=True)),
            (cell("Heron", rows=2), cell("Mon"), cell("Mira")),
            (cell("Tue"), cell("Tove")),
            (cell("Kestrel and all others", cols=2, colour="#fffae6"), cell(strong("nobody"))),
            wide=True,
            numbered=True,
            widths=(40, 220, 220, 220),
        ),
        table((cell("Left head", head=True), cell("one")), (cell("Second", head=True), cell("two", colour="#ffebe6"))),
        table(
            (cell("Grey head", head=True, colour="#f4f5f7"), cell("Blue head", head=True, colour="#deebff")),
            (cell("on purple", colour="#403294"), cell("on green", colour="#e3fcef")),
        ),
    )


def _files() -> Parts:
    return (
        h(2, "Files"),
        image(pages.LIGHTHOUSE_PNG, "A lighthouse at dusk"),
        image(
            pages.DIAGRAM_PNG,
            'A "quoted" alt',
            160,
            (
                "A caption with ",
                strong("bold"),
                " words",
            ),
        ),
        image(pages.LIGHTHOUSE_PNG, "Beside the words", 160, align="right"),
        p("Words flow around a picture that stands on the right, for as long as there is room beside it."),
        image(pages.TEAM_PNG, "A picture of another page"),
        external_image("https://images.canary-lamps.example/beam.png?track=1", "From elsewhere"),
        image(pages.LOGO_SVG, "The logo"),
        cdn_image(pages.LIGHTHOUSE_PNG),
        card(pages.NOTES_TXT),
        card(pages.VIDEO_MP4),
        file_link(pages.EVIL_HTML, "report.html"),
        office_preview(pages.PLATE_PDF),
        attachments_table(),
        picture_gallery(),
    )


def apps() -> Parts:
    """Macros that read elsewhere, and what apps leave in a page."""
    return (
        h(2, "People"),
        p(mention(pages.MIRA), ", ", mention(pages.CONNECTOR, current=True), " and ", mention(pages.IVO)),
        profile(pages.MIRA),
        h(2, "Readers"),
        children(pages.CATALOGUE),
        page_tree(pages.HOME),
        include(pages.UNPACK),
        include(pages.HIDDEN_PAGE),
        excerpt_include(pages.CARE, "daily"),
        content_by_label("lamp"),
        content_by_label("internal", pages.TEAM),
        properties_report("lamp", pages.GUIDE, "Owner"),
        recently_updated(pages.TEAM),
        blog_posts(pages.GUIDE),
        attachments_table(pages.CATALOGUE),
        h(2, "Issues"),
        p(issue("LAMP-7", JIRA_SUMMARY)),
        issue_list("project = LAMP order by created"),
        p(issue_table("https://lantern-works.atlassian.net/issues/?jql=project=LAMP", "project=LAMP", CLOUD_ID)),
        h(2, "Apps"),
        drawio("beam", pages.DRAWIO_PNG),
        p("Brightness is ", math_image("E = I / d^2"), "."),
        chart(),
        frame("https://video.canary-lamps.example/embed/beam"),
        gadget(),
        survey(),
        unknown("lantern-clock"),
        broken("table-filter"),
        leftovers(),
        p("The end of the apps."),
    )


def editor() -> Parts:
    """What the newer editor keeps in its own form."""
    return (
        p("Pages of the newer editor hold some things in a form of their own."),
        h(2, "Another page"),
        kept_include(pages.UNPACK, *unpack()),
        h(2, "Pictures"),
        pasted(pages.PASTED_PNG),
        media_image(pages.TOWER_PNG, "The tower by day"),
        office_preview(pages.LENS_PDF),
        h(2, "Cards"),
        p(smart_link(pages.UNPACK, "block")),
        p(smart_link(pages.CATALOGUE, "embed")),
        p("In a line: ", smart_link(pages.CARE), ", and one that is elsewhere: ", smart_link(pages.PAYROLL), "."),
    )


def links_page() -> Parts:
    """Every form of address."""
    crate, title = pages.UNPACK, "Unpacking a lamp"
    forms = [
        page_link(crate),
        page_link(crate, "with an anchor", "The lens"),
        page_link(pages.PAYROLL, "a page outside"),
        page_link(pages.RESTRICTED_PAGE, "a page not for all"),
        page_link(pages.NUMBERS),
        page_link(pages.CATALOGUE),
        smart_link(crate),
        smart_link(crate, "block", "tiny"),
        smart_link(crate, "embed", "title"),
        smart_link(crate, "inline", "upper"),
        smart_link(pages.PAYROLL, "inline", "title"),
        anchor_link("People", "within the page"),
        site_link(f"/pages/viewpage.action?pageId={crate}", "classic by id"),
        site_link(f"/pages/viewpage.action?spaceKey=GUIDE&title={title.replace(' ', '+')}", "classic by title"),
        site_link(f"/display/GUIDE/{title.replace(' ', '+')}", "display"),
        site_link(f"/display/GUIDE/{title.upper().replace(' ', '+')}", "display in capitals"),
        site_link("/display/GUIDE/Winter+schedule", "a page that moved away"),
        site_link("/display/GUIDE/2026/03/01/The+new+Heron+is+here", "a post by date"),
        site_link("/display/~mira", "a person's space"),
        site_link(f"/x/{tiny(crate)}", "tiny"),
        site_link("/l/cp/AbCdEf12", "short share"),
        site_link(f"/spaces/GUIDE/pages/{crate}/Old+title", "id with an old title"),
        site_link(f"/spaces/GUIDE/pages/edit-v2/{crate}", "edit"),
        site_link(f"/pages/resumedraft.action?draftId={crate}", "draft"),
        site_link(
            f"/spaces/GUIDE/pages/{crate}?focusedCommentId=40070001#comment-40070001", "a comment", absolute=True
        ),
        site_link(f"/spaces/GUIDE/whiteboard/{pages.WHITEBOARD}", "whiteboard"),
        site_link(f"/spaces/GUIDE/folder/{pages.HANDBOOKS_FOLDER}", "folder"),
        site_link(f"/spaces/GUIDE/database/{pages.DATABASE}", "database"),
        site_link(f"/spaces/GUIDE/embed/{pages.EMBED}", "embed"),
        site_link("/spaces/GUIDE", "space"),
        site_link("/spaces/GUIDE/overview", "space overview"),
        site_link(f"/pages/viewpageattachments.action?pageId={crate}", "attachments screen"),
        site_link("/label/GUIDE/lamp", "label"),
        site_link("/people/712020:canary-acc-mira", "people"),
        site_link("/plugins/servlet/anything?x=1", "plugin"),
        root_link("/browse/LAMP-7", "LAMP-7"),
        web_link("https://keepers.canary-lamps.example/a?b=1&c=2", "another site"),
        web_link("https://video.canary-lamps.example/watch?v=beam", "a film", "embed"),
        web_link("mailto:canary-orders@lantern-works.example", "order desk"),
        file_link(pages.MANUAL_PDF, "a file of another page"),
    ]
    return (h(2, "People"), p("A heading to link to."), tag("ul", *(tag("li", p(f)) for f in forms)))
