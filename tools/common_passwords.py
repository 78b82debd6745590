"""Make the block list of passwords anew, from the lists of two well-kept packages and a few of our own.

    python -m pip install "Django==5.2.*" "zxcvbn==4.5.0"
    python tools/common_passwords.py

What is written is no list of passwords: of each that is long enough to be tried at all, the first four bytes of its
SHA-256, in order. A good password is taken for one of them once in two hundred thousand times.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from exshare_core.passwords import LEAST, digest_of, normalised

TARGET = Path(__file__).parent.parent / "src" / "exshare_core" / "common_passwords.bin"

OWN = (
    *("correcthorsebatterystaple", "correct horse battery staple", "correct-horse-battery-staple"),
    *("iloveyouforever", "letmeinplease", "thisismypassword", "this is my password", "mysecretpassword"),
    *(
        "administrator1",
        "changemeplease",
        "sharelink",
        "sharedlink",
        "opensesame",
        "open sesame",
        "welcometoconfluence",
    ),
)
"""Phrases that books on passwords have made known, and what people think of when they share a page."""


def listed() -> Iterator[str]:
    """Every password of the lists."""
    yield from OWN
    packed = resources.files("django").joinpath("contrib/auth/common-passwords.txt.gz").read_bytes()
    yield from gzip.decompress(packed).decode("utf-8").split("\n")
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

    yield from FREQUENCY_LISTS["passwords"]


def main() -> None:
    """Write the block list."""
    digests = {digest_of(text) for text in map(str.strip, listed()) if len(normalised(text)) >= LEAST}
    TARGET.write_bytes(b"".join(sorted(digests)))


if __name__ == "__main__":
    main()
