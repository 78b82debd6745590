"""The first of the two commands: links to click on embedded defaults."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.e2e.running import EXSHARE, demo, environment, exshare, free_port, hidden_fields, installed


def test_the_open_link_opens_and_the_password_link_asks(tmp_path: Path) -> None:
    """The printed links do what is said of them: one opens at once, one opens with the printed password only."""
    with demo(tmp_path, tmp_path / "data", free_port()) as running, httpx2.Client() as visitor:
        opened = visitor.get(running.printed["open_link"])
        asked = visitor.get(running.printed["password_link"])
        wrong = visitor.post(running.printed["password_link"], data={"password": "not the password"})
        right = visitor.post(running.printed["password_link"], data={"password": running.printed["password"]})
        shown = visitor.get(running.printed["password_link"])

    assert (200, 200, 403, 303, 200) == tuple(one.status_code for one in (opened, asked, wrong, right, shown))
    assert "Lantern Works Guide" in opened.text
    assert "Caring for lenses" not in asked.text + wrong.text
    assert "Caring for lenses" in shown.text


def test_images_of_the_open_link_come_through_the_proxy(tmp_path: Path) -> None:
    """A picture of the page arrives from our own address, with its own type and nothing of Confluence's."""
    with demo(tmp_path, tmp_path / "data", free_port()) as running, httpx2.Client() as visitor:
        page = visitor.get(running.printed["open_link"]).text
        source = page.split('<img src="', 1)[1].split('"', 1)[0]
        picture = visitor.get(httpx2.URL(running.printed["open_link"]).join(source))

    assert (200, "image/png", b"\x89PNG") == (
        picture.status_code,
        picture.headers["content-type"],
        picture.content[:4],
    )
    assert "set-cookie" not in picture.headers


def test_the_managers_page_takes_the_printed_sign_in(tmp_path: Path) -> None:
    """Name and password that are printed lead to the list of links; both demonstration links stand in it."""
    with demo(tmp_path, tmp_path / "data", free_port()) as running, httpx2.Client(follow_redirects=True) as member:
        form = member.get(running.printed["manage_url"])
        fields = {"name": running.printed["manage_user"], "password": running.printed["manage_password"]}
        listed = member.post(form.url, data={**hidden_fields(form.text), **fields})

    assert 200 == listed.status_code
    assert "Lantern Works Guide" in listed.text
    assert "Caring for lenses" in listed.text


def test_starting_again_prints_the_same_links(tmp_path: Path) -> None:
    """The data stay between two starts: the same addresses, the same passwords; Ctrl-C ends each start cleanly."""
    port = free_port()
    with demo(tmp_path, tmp_path / "data", port) as first:
        ended = first.program.stop(signal.SIGINT)
    with demo(tmp_path, tmp_path / "data", port) as second:
        opened = httpx2.get(second.printed["open_link"]).status_code
        ended_again = second.program.stop(signal.SIGTERM)

    assert (0, 0) == (ended, ended_again)
    assert first.printed == second.printed
    assert 200 == opened
    assert "" == first.program.log.read_text()


def test_two_data_folders_have_different_passwords(tmp_path: Path) -> None:
    """Nothing that protects anything is the same on two machines."""
    with (
        demo(tmp_path, tmp_path / "one", free_port()) as first,
        demo(tmp_path, tmp_path / "two", free_port()) as second,
    ):
        pairs = [(first.printed[key], second.printed[key]) for key in ("password", "manage_password")]

    assert all(one != other for one, other in pairs)


def test_a_taken_port_gives_one_clear_line(tmp_path: Path) -> None:
    """The port is named, what to do is said, and there is no trace of a stack."""
    port = free_port()
    with demo(tmp_path, tmp_path / "data", port):
        ended = exshare("demo", "--port", str(port), "--data", tmp_path / "other", home=tmp_path)

    assert (1, "") == (ended.returncode, ended.stdout)
    assert [
        f"exshare: port: {port} of 127.0.0.1 cannot be used: Address already in use; choose another with --port"
    ] == (ended.stderr.splitlines())


def test_what_it_keeps_is_for_its_owner_only(tmp_path: Path) -> None:
    """Key, credentials, configuration, database and letters can be read by nobody else."""
    data = tmp_path / "data"
    with demo(tmp_path, data, free_port()):
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in [data, *data.iterdir()]}

    assert {"data", "exshare.key", "credentials.json", "exshare.toml", "exshare.db", "mail"} <= modes.keys()
    assert {} == {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def test_the_data_folder_is_the_users_own_by_default(tmp_path: Path) -> None:
    """Without --data everything lies below the user's data folder, and nowhere else in the home."""
    program = subprocess.Popen(
        [EXSHARE, "demo", "--json", "--port", str(free_port())],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    try:
        assert program.stdout is not None
        config = Path(json.loads(program.stdout.readline())["config"])
    finally:
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)

    assert tmp_path / ".local" / "share" / "exshare" / "demo" == config.parent
    assert [".local"] == [one.name for one in tmp_path.iterdir()]


@pytest.mark.parametrize("arguments", [["--help"], ["demo", "--help"], ["link", "create", "--help"], ["--version"]])
def test_help_needs_nothing(tmp_path: Path, arguments: list[str]) -> None:
    """Help is given without a configuration."""
    ended = installed(*arguments, home=tmp_path)

    assert (0, "") == (ended.returncode, ended.stderr)
    assert ended.stdout
