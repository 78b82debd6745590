"""The members' routes. Every one below a site asks for a signed-in member of that site by itself."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from exshare_web.manager import links, sign_in
from exshare_web.manager.session import signed_in


def manager_routes() -> list[BaseRoute]:
    """What members meet."""
    return [
        Route("/manage", sign_in.home, methods=["GET"], name="manage"),
        Route("/manage/sign-in", sign_in.show, methods=["GET"], name="sign-in"),
        Route("/manage/sign-in", sign_in.submit, methods=["POST"]),
        Route("/manage/sign-out", sign_in.sign_out, methods=["POST"], name="sign-out"),
        Route("/manage/setup/{setup}", sign_in.show_setup, methods=["GET"], name="setup"),
        Route("/manage/setup/{setup}", sign_in.submit_setup, methods=["POST"]),
        Route("/manage/{site}/links", signed_in(links.show_list), methods=["GET"], name="links"),
        Route("/manage/{site}/new", signed_in(links.find_page), methods=["GET"], name="new"),
        Route("/manage/{site}/new", signed_in(links.create), methods=["POST"]),
        Route("/manage/{site}/links/{link}", signed_in(links.show_link), methods=["GET"], name="manage-link"),
        Route("/manage/{site}/links/{link}", signed_in(links.change), methods=["POST"]),
        Route("/manage/{site}/links/{link}/{act}", signed_in(links.act), methods=["POST"], name="act"),
    ]
