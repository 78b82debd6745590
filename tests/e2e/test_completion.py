"""Real shells complete commands, options and choices, once they were taught to by ``exshare completion`` (spec A4)."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.running import EXSHARE, PATIENCE, environment
from tests.requirements import need

BASH = """
eval "$(exshare completion bash)"
words=("$@")
COMP_WORDS=(exshare "${words[@]}") COMP_CWORD=$#
complete -p exshare | grep -q _exshare_completion || exit 9
_exshare_completion exshare
printf '%s\\n' "${COMPREPLY[@]}"
"""

ZSH = """
autoload -Uz compinit && compinit -u -D
eval "$(exshare completion zsh)"
[[ $_comps[exshare] == _exshare_completion ]] || exit 9
_describe() { print -rl -- $completions_with_descriptions }
compadd() { print -rl -- $completions }
words=(exshare "$@") CURRENT=$(( $# + 1 ))
_exshare_completion
"""
"""What would be shown is printed: outside of an editor of lines zsh has nowhere to show it."""

FISH = """
exshare completion fish | source
complete -C "exshare $argv"
"""

CALLS = {
    "bash": ("bash", "--norc", "--noprofile", "-c", BASH, "bash"),
    "zsh": ("zsh", "-f", "-c", ZSH, "zsh"),
    "fish": ("fish", "-N", "-c", FISH),
}


def offered(shell: str, typed: Sequence[str], home: Path) -> set[str]:
    """The words that a shell offers for the last of those that were typed, without what they mean."""
    more = environment(home, PATH=f"{EXSHARE.parent}:/usr/bin:/bin", TERM="dumb")
    ended = subprocess.run(
        [*CALLS[shell], *typed], capture_output=True, text=True, env=more, timeout=PATIENCE, check=False
    )

    assert (0, "") == (ended.returncode, ended.stderr)

    return {line.replace("\t", ":").partition(":")[0] for line in ended.stdout.splitlines() if line}


@pytest.mark.parametrize("shell", CALLS)
def test_a_real_shell_offers_what_can_be_typed(shell: str, tmp_path: Path) -> None:
    """A command, an option and a choice are completed from their first letters."""
    need(shell)
    typed = [("mig",), ("link", "list", "--s"), ("policy", "switch", "o")]

    assert [{"migrate"}, {"--site", "--space", "--sort"}, {"on", "off"}] == [
        offered(shell, words, tmp_path) for words in typed
    ]
