"""What a share of a Data Center page needs, done once against the stand-in and told as JSON on standard output.

Run as a program in a network namespace of its own, whose loopback interface it brings up first.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import socket
import struct
from contextlib import asynccontextmanager

from exshare_adapters.confluence import DataCenterSettings, open_data_center
from exshare_core.content import Reading
from exshare_core.ports import Content
from exshare_core.values import AccountId, PageId
from exshare_demo import pages
from exshare_demo.canaries import PAT
from exshare_demo.serving import standing
from exshare_demo.site import demo_site

SET_FLAGS = 0x8914
"""SIOCSIFFLAGS of Linux."""
UP = 1
ELSEWHERE = ("192.0.2.1", 443)
"""An address that is kept for examples."""
MIRA = AccountId("canarykey00mira")


def raise_loopback() -> None:
    """Bring the loopback interface up; raises OSError without the right to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sH22x", b"lo", UP))


def reachable() -> bool:
    """Whether there is any way to another machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(5)
        try:
            attempt.connect(ELSEWHERE)
        except OSError as error:
            return error.errno != errno.ENETUNREACH
        return True


async def journey(content: Content) -> dict[str, object]:
    """Read a page, the level below it, a file and who may read what."""
    home, gallery, restricted = (PageId(str(page)) for page in (pages.HOME, pages.GALLERY, pages.RESTRICTED_PAGE))
    reading = await content.pages.read(gallery, MIRA)
    assert isinstance(reading, Reading)
    level, more = await content.pages.level(home, 3)
    notes = next(file for file in await content.files.attachments(gallery) if file.name == "notes.txt")
    async with content.files.stream(notes, None) as stream:
        data = b"".join([chunk async for chunk in stream.chunks()])
    rights = await content.access.may_read([gallery, restricted], MIRA)
    return {
        "title": reading.draft.title,
        "may read": reading.facts.may_read.value,
        "level": [node.title for node in level],
        "more": more,
        "file": data.decode(),
        "rights": [rights[gallery], rights[restricted]],
        "check": list(await content.access.check()),
    }


async def told(base: str) -> dict[str, object]:
    """The journey at the Data Center site at `base`."""
    settings = DataCenterSettings(url=base, token=PAT, insecure=True)
    async with asynccontextmanager(open_data_center)(settings) as content:
        return await journey(content)


def main() -> None:
    """Everything, in the namespace where this program runs."""
    raise_loopback()
    around: dict[str, object] = {"interfaces": [name for _, name in socket.if_nameindex()], "outside": reachable()}
    with standing(demo_site(), context="/confluence") as at:
        found = asyncio.run(told(at.datacenter))
    print(json.dumps(around | found))


if __name__ == "__main__":
    main()
