"""The renderer of Confluence's bodies: chooses where the work is done, so that neither the loop nor the service waits.

Small bodies are rendered in place, middling ones in a thread, large ones in a process that may be killed. What is equal
in everything that decides how it is shown is rendered once for all who ask within a second, in memory only.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_process
import anyio.to_thread

from exshare_adapters.confluence.links import SiteAddresses
from exshare_adapters.confluence.rendering.caps import MOST_BYTES
from exshare_adapters.confluence.rendering.job import Job
from exshare_adapters.confluence.rendering.pipeline import produce
from exshare_adapters.confluence.rendering.reading import changes_of, passages_of
from exshare_adapters.confluence.rendering.words import placeholder, speaking
from exshare_adapters.confluence.single_flight import SingleFlight
from exshare_core.comparing import Change, Passage
from exshare_core.content import Draft, MacroUse, Node, Rendered
from exshare_core.errors import Broken
from exshare_core.ports import NO_LISTS, NO_TITLES, View
from exshare_core.values import PageId

T = TypeVar("T")

_HIGHLIGHTED = "brush:"
"""Colouring code takes far longer than anything else."""
IN_PLACE_BYTES = 64 * 1024
IN_THREAD_BYTES = 512 * 1024
WORKER_SECONDS = 10.0
WORKER_BYTES = 1024 * 1024 * 1024
"""The address space of a worker process."""


class ConfluenceRenderer:
    """Implements `BodyRenderer` for one site."""

    def __init__(self, site: SiteAddresses) -> None:
        self._site = site
        self._shared = SingleFlight()
        self._threads = anyio.CapacityLimiter(os.cpu_count() or 1)
        """More would not be faster, and each keeps memory of its own."""

    async def render(
        self,
        draft: Draft,
        without: Collection[MacroUse],
        pages: Mapping[PageId, str],
        view: View,
        lists: Mapping[MacroUse, Sequence[Node]] = NO_LISTS,
        titles: Mapping[PageId, str] = NO_TITLES,
    ) -> Rendered:
        """Sanitise, cut and rewrite one body (spec L7, L8, L17, V2, V3).

        A body that is too large, or from which something cannot be cut with certainty, is one placeholder. Raises
        Broken when a large body takes longer than `WORKER_SECONDS`.
        """
        job = Job(
            page=draft.page,
            title=draft.title,
            body=draft.body,
            macros=draft.macros,
            without=frozenset(without),
            files=dict(draft.files),
            pages=dict(pages),
            view=view,
            site=self._site,
            lists=dict(lists),
            shown_files=draft.shown_files,
            titles=dict(titles),
        )
        if len(draft.body) > MOST_BYTES:
            with speaking(view.language):
                return Rendered(placeholder("large"))
        return await self._shared.share(job.key, partial(self._rendered, job))

    async def passages(self, rendered: Rendered) -> tuple[Passage, ...]:
        """The words of a rendering; of a large one they are read in a thread."""
        if len(rendered.html) <= IN_PLACE_BYTES:
            return passages_of(rendered.html)
        return await anyio.to_thread.run_sync(passages_of, rendered.html, limiter=self._threads)

    async def compare(self, before: Rendered, after: Rendered) -> tuple[Change, ...] | None:
        """What changed, worked out in a thread or, for large renderings, in a process that may be killed.

        The work is bounded by itself (`exshare_core.comparing.WORK`); None also where a process came to its end.
        """
        if len(before.html) + len(after.html) <= IN_PLACE_BYTES:
            return await anyio.to_thread.run_sync(changes_of, before.html, after.html, limiter=self._threads)
        try:
            return await _at_most(changes_of, before.html, after.html)
        except Broken:
            return None

    async def _rendered(self, job: Job) -> Rendered:
        size = len(job.body)
        if size <= IN_PLACE_BYTES and _HIGHLIGHTED not in job.body:
            return produce(job)
        if size <= IN_THREAD_BYTES:
            return await anyio.to_thread.run_sync(produce, job, limiter=self._threads)
        return await _in_worker(job)


async def _in_worker(job: Job) -> Rendered:
    return await _at_most(produce, job)


async def _at_most(work: Callable[..., T], *given: object) -> T:
    """What some work gives, done in another process; raises Broken when it takes too much time or memory."""
    try:
        with anyio.fail_after(WORKER_SECONDS):
            return await anyio.to_process.run_sync(partial(_bounded, work), *given, cancellable=True)
    except TimeoutError as error:
        raise Broken("the page took too long to render") from error
    except (anyio.BrokenWorkerProcess, MemoryError) as error:
        raise Broken("the page could not be rendered") from error


def _bounded(work: Callable[..., T], *given: object) -> T:
    """Do some work within a fixed address space; runs in the worker process only."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = WORKER_BYTES if hard == resource.RLIM_INFINITY else min(WORKER_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    return work(*given)
