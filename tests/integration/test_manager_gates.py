"""Members set and see the gates of links: signing in, terms and frames, what layers demand of them, and what nobody can do."""

from __future__ import annotations

from typing import Any

import pytest

from exshare_core.departing import Gateway
from exshare_core.explaining import beginning
from exshare_core.gates import terms_version
from exshare_core.links import MAX_TERMS, ShareLink
from exshare_core.testing.fakes.identities import MemoryIdentityProvider
from exshare_core.values import People
from tests.integration.admins import HISTORY, SITE_FORM, previewed, saved
from tests.integration.members import LINKS, NEW, Seat, an_admin, forms_of, words_of
from tests.integration.shell import PASSWORD, ROOT, SITE, Shell
from tests.integration.test_visitor_gates import enter

TERMS = (
    "You keep what you read here to yourself, and for as long as it matters.\n\n- Do not copy it.\n- Do not pass it on."
)
GATEWAY = Gateway(SITE, "acme", "Acme Lamps", MemoryIdentityProvider())
NOBODY_CAN = "visitors must sign in with an organisation, and none is set up"


@pytest.fixture
def shell() -> Shell:
    """The service of a site at which visitors can sign in with an organisation."""
    return Shell(gateways=(GATEWAY,))


@pytest.fixture
def seat(shell: Shell) -> Seat:
    """Ada at her browser."""
    return Seat.of(shell)


def only(shell: Shell) -> ShareLink:
    """The one link there is."""
    (link,) = shell.storage.state.links.values()
    return link


def made_by_form(seat: Seat, **changes: Any) -> str:
    """The address of the page of a link that was made by the form."""
    answer = seat.submit(seat.new_form(ROOT), NEW, **changes)
    assert answer.status_code == 303, words_of(answer)
    location: str = answer.headers["location"]
    return location.partition("?")[0]


# --- the form --------------------------------------------------------------------------------------------------------

GATES: dict[str, Any] = {
    "sign_in_choice": "any",
    "terms": TERMS.replace("\n", "\r\n"),
    "frame_origins": "https://intranet.example.com\r\nhttps://Wiki.example.com",
}


def test_the_form_sets_sign_in_terms_and_frames(shell: Shell, seat: Seat) -> None:
    """G4, G6, G10: each field means what it says; a text keeps its paragraphs and lines."""
    made_by_form(seat, **GATES)
    wish = only(shell).wish

    assert (True, False, TERMS) == (wish.sign_in, wish.sso, wish.terms)
    assert {"https://intranet.example.com", "https://wiki.example.com"} == wish.frame_origins


def test_a_new_link_asks_for_none_of_it(shell: Shell, seat: Seat) -> None:
    """B10: nothing is ticked or typed before the member does it."""
    made_by_form(seat)
    wish = only(shell).wish

    assert (False, False, "", frozenset()) == (wish.sign_in, wish.sso, wish.terms, wish.frame_origins)


@pytest.mark.parametrize("choice", ["none", "any", "sso"])
def test_saving_what_is_shown_ends_no_proof(shell: Shell, seat: Seat, choice: str) -> None:
    """G9: a form that is sent back untouched, or with another name only, asks nothing new of any visitor."""
    path = made_by_form(seat, **{**GATES, "sign_in_choice": choice})
    before = only(shell)
    answers = [seat.submit(seat.get(path), path), seat.submit(seat.get(path), path, name="Two")]
    now = only(shell)

    assert [303, 303] == [answer.status_code for answer in answers]
    assert (before.wish, before.security_version) == (now.wish, now.security_version)


@pytest.mark.parametrize(
    "changes",
    [{"sign_in_choice": "sso"}, {"sign_in_choice": "none"}, {"terms": "Other words."}, {"terms": ""}],
    ids=str,
)
def test_changing_them_ends_proofs(shell: Shell, seat: Seat, changes: dict[str, str]) -> None:
    """G9: proofs were won under other gates."""
    path = made_by_form(seat, **GATES)
    before = only(shell).security_version
    seat.submit(seat.get(path), path, **changes)

    assert before + 1 == only(shell).security_version


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"sign_in_choice": "maybe"}, "sign_in", "choose one of the options"),
        ({"sign_in_choice": None}, "sign_in", "choose one of the options"),
        ({"terms": "x" * (MAX_TERMS + 1)}, "terms", "at most 20000 characters"),
        ({"terms": "be\x00ware"}, "terms", "no control characters"),
        ({"frame_origins": "intranet"}, "frame_origins", "intranet"),
        ({"frame_origins": "https://a.example/page"}, "frame_origins", "a.example"),
    ],
)
def test_what_is_wrong_is_named_beside_its_field(
    shell: Shell, seat: Seat, changes: dict[str, Any], field: str, rule: str
) -> None:
    """L13: and nothing is made; what was typed stands there still."""
    answer = seat.submit(seat.new_form(ROOT), NEW, **{"terms": TERMS, **changes})

    assert 400 == answer.status_code
    assert f'id="{field}-error"' in answer.text
    assert rule in words_of(answer)
    assert {} == shell.storage.state.links
    if "terms" not in changes:
        assert [TERMS] == forms_of(answer)[NEW]["terms"]


def test_a_text_of_any_script_fits(shell: Shell, seat: Seat) -> None:
    """G6: twenty thousand characters of the kind that a browser writes with twelve bytes each are taken whole."""
    text = "🙂" * MAX_TERMS
    made_by_form(seat, terms=text)

    assert text == only(shell).wish.terms


def test_a_password_beside_signing_in_may_be_short(shell: Shell, seat: Seat) -> None:
    """G1: it is not the only gate then; and a kept one has to grow when the other gate goes."""
    short = "ducks4me"
    alone = seat.submit(seat.new_form(ROOT), NEW, password_choice="new", password=short)
    path = made_by_form(seat, password_choice="new", password=short, sign_in_choice="any")
    dropped = seat.submit(seat.get(path), path, sign_in_choice="none")
    terms_only = seat.submit(seat.get(path), path, sign_in_choice="none", terms=TERMS)
    kept = seat.submit(seat.get(path), path, sign_in_choice="sso")

    assert (400, 400, 400, 303) == (
        alone.status_code,
        dropped.status_code,
        terms_only.status_code,
        kept.status_code,
    )
    assert "it becomes the only gate: set a new one of at least 15 characters" in words_of(dropped)


# --- what layers say -------------------------------------------------------------------------------------------------


def test_the_form_says_which_layer_demands_more(shell: Shell, seat: Seat) -> None:
    """P5: a choice below what is demanded says whose demand it is; it may stand, and is not what is in force."""
    shell.limit("site", sign_in_demanded=True)
    shell.limit("configuration default", sso_demanded=True)
    words = words_of(seat.new_form(ROOT))
    path = made_by_form(seat)
    page = words_of(seat.get(path))

    assert "Not needed more is demanded by site" in words
    assert "With an account here, or with an organisation more is demanded by configuration default" in words
    assert False is only(shell).wish.sso
    assert "Signing in needed, with an organisation (set by configuration default)" in page


def test_the_form_says_what_layers_add_and_allow(shell: Shell, seat: Seat) -> None:
    """P5: other terms are named with their layer, and so are the sites that may frame."""
    shell.limit("site", terms=frozenset({"Be kind."}), frame_origins=frozenset({"https://intranet.example.com"}))
    words = words_of(seat.new_form(ROOT))
    refused = seat.submit(seat.new_form(ROOT), NEW, frame_origins="https://other.example.com")

    assert "visitors accept other terms as well (set by site)" in words
    assert "within https://intranet.example.com (set by site)" in words
    assert 400 == refused.status_code
    assert "https://other.example.com may not frame links (set by site)" in words_of(refused)


def test_the_page_of_a_link_shows_terms_short_and_whole(shell: Shell, seat: Seat) -> None:
    """P5, G6: in the table a text is known by its beginning, length and version; all of it can be read below."""
    shell.limit("site", terms=frozenset({"Be kind."}))
    path = made_by_form(seat, terms=TERMS, frame_origins="https://intranet.example.com")
    page = seat.get(path)
    version = terms_version([TERMS])[:12]
    short = (
        f"“You keep what you read here to yourself, and for as long as…” ({len(TERMS)} characters, version {version})"
    )

    assert f"Terms to accept {beginning('Be kind.')}; {short} (set by site, link)" in words_of(page)
    assert '<p class="words">Be kind.</p>' in page.text
    assert "May be framed by https://intranet.example.com" in words_of(page)
    assert "terms" in words_of(seat.get(LINKS))


def test_the_activity_names_the_version_that_was_accepted(shell: Shell, seat: Seat) -> None:
    """G6: who accepted what can be told from the activity, by as many digits as stand beside the text."""
    made = shell.make_link(terms=TERMS)
    enter(shell.client(), made, terms=terms_version([TERMS]))
    words = words_of(seat.get(f"{LINKS}/{made.id}"))

    assert f"terms {terms_version([TERMS])[:12]} visitor" in words


# --- what nobody can do ----------------------------------------------------------------------------------------------


def test_the_page_of_a_link_warns_where_nobody_can_sign_in() -> None:
    """A site without an organisation: the link that demands one is not suspended, and its owner is told."""
    shell = Shell()
    seat = Seat.of(shell)
    warned = words_of(seat.get(made_by_form(seat, sign_in_choice="sso")))

    assert f"Mind: {NOBODY_CAN}." in warned
    assert "active" in warned


def test_no_warning_where_there_is_a_way(shell: Shell, seat: Seat) -> None:
    """With an organisation both demands can be met, and nothing is warned of."""
    assert "Mind:" not in words_of(seat.get(made_by_form(seat, sign_in_choice="sso")))


def test_a_dry_run_warns_of_a_demand_that_nobody_can_meet() -> None:
    """P6: before it is saved; a demand that stood there already is not warned of again."""
    boss = an_admin(Shell())
    first = words_of(previewed(boss, SITE_FORM, sso_demanded="on"))
    saved(boss, SITE_FORM, sso_demanded="on")
    second = words_of(previewed(boss, SITE_FORM, sso_demanded="on", opens="5"))

    assert f"Mind: on this site, {NOBODY_CAN}." in first
    assert "Mind:" not in second


def test_a_dry_run_knows_the_ways_of_the_site(shell: Shell) -> None:
    """P6: where an organisation signs visitors in, demanding that shuts nobody out."""
    assert "Mind:" not in words_of(previewed(an_admin(shell), SITE_FORM, sso_demanded="on"))


# --- admins' texts and reasons ---------------------------------------------------------------------------------------


def test_a_change_of_terms_is_shown_short_and_is_never_lost(shell: Shell) -> None:
    """M7, P6: two long texts that begin alike and are of one length are two; neither fills a table."""
    boss = an_admin(shell)
    one, other = (f"{'A long text that goes on. ' * 300}{end}" for end in ("And so it ends.", "And so it bends"))
    saved(boss, SITE_FORM, terms=one)
    preview = previewed(boss, SITE_FORM, terms=other)
    boss.submit(preview, SITE_FORM, do="save")
    history = words_of(boss.get(HISTORY))

    assert f"{beginning(one)} → becomes {beginning(other)}" in words_of(preview)
    assert f"{beginning(one)} → became {beginning(other)}" in history
    assert len(history) < 2000


def test_an_explanation_can_be_of_who_has_signed_in(shell: Shell, seat: Seat) -> None:
    """P9: how somebody signed in is part of the attempt; what would satisfy the gate is said in its own words."""
    made = shell.make_link(sso=True, people=People.parse(["ada@example.com"]), password=PASSWORD)
    asked: dict[str, dict[str, str]] = {
        "nobody": {},
        "account": {"as": "ada@example.com", "signed_in": "account"},
        "other": {"as": "eve@example.com", "signed_in": "sso"},
        "ada": {"as": "ada@example.com", "signed_in": "sso"},
    }
    said = {
        who: words_of(seat.client.get(f"{LINKS}/{made.id}/explain", params=params)) for who, params in asked.items()
    }

    for who in ("nobody", "account"):
        assert "People asks signing in with an organisation is demanded" in said[who]
        assert "To pass: sign in with an organisation." in said[who]
    assert "People asks an allowed mail address must be proved" in said["other"]
    assert "People passes" in said["ada"]
    assert "Password asks" in said["ada"]


def test_an_unknown_way_to_sign_in_is_named_beside_its_field(shell: Shell, seat: Seat) -> None:
    """P9: nothing is explained of an attempt that could not be read."""
    made = shell.make_link()
    answer = seat.client.get(f"{LINKS}/{made.id}/explain", params={"signed_in": "magic"})

    assert 400 == answer.status_code
    assert 'id="signed_in-error"' in answer.text
