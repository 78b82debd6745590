"""The members' routes. Every one below a site asks for a signed-in member of that site by itself."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Route

from exshare_web import elsewhere
from exshare_web.manager import account, bulk, keys, links, lists, one_link, second_step, setup, sign_in
from exshare_web.manager.account import confirmed, own
from exshare_web.manager.session import signed_in

LARGEST_SETTINGS = 512 * 1024
"""Bytes of a form with a text to accept, of which browsers write some characters with twelve bytes."""

SETTINGS_BODY = (Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_SETTINGS),)


def manager_routes() -> list[BaseRoute]:
    """What members meet."""
    return [
        Route("/manage", sign_in.home, methods=["GET"], name="manage"),
        Route("/manage/sign-in", sign_in.show, methods=["GET"], name="sign-in"),
        Route("/manage/sign-in", sign_in.submit, methods=["POST"]),
        Route(
            "/manage/sign-in/with/{site}/{provider}", elsewhere.leave_as_member, methods=["POST"], name="sign-in-with"
        ),
        Route("/manage/sign-out", sign_in.sign_out, methods=["POST"], name="sign-out"),
        Route("/manage/sign-in/code", second_step.show, methods=["GET"], name="second-step"),
        Route("/manage/sign-in/code", second_step.submit, methods=["POST"]),
        Route("/manage/sign-in/second-factor", second_step.show_enrolment, methods=["GET"], name="enrolment"),
        Route("/manage/sign-in/second-factor", second_step.submit_enrolment, methods=["POST"]),
        Route("/manage/setup/{setup}", setup.show, methods=["GET"], name="setup"),
        Route("/manage/setup/{setup}", setup.submit, methods=["POST"]),
        *_account_routes("/manage/{site}/account"),
        Route("/manage/{site}/keys", confirmed(keys.show), methods=["GET"], name="keys"),
        Route("/manage/{site}/keys", confirmed(keys.make), methods=["POST"]),
        Route("/manage/{site}/keys/{key}/revoke", signed_in(keys.revoke), methods=["POST"], name="revoke-key"),
        Route("/manage/{site}/links", signed_in(lists.show_list), methods=["GET"], name="links"),
        Route("/manage/{site}/links.csv", signed_in(lists.export), methods=["GET"], name="links-csv"),
        Route("/manage/{site}/bulk", signed_in(bulk.rehearse), methods=["POST"], name="bulk"),
        Route("/manage/{site}/bulk/do", signed_in(bulk.do), methods=["POST"], name="bulk-do"),
        Route("/manage/{site}/new", signed_in(links.find_page), methods=["GET"], name="new"),
        Route("/manage/{site}/new", signed_in(links.create), methods=["POST"], middleware=SETTINGS_BODY),
        Route("/manage/{site}/new/check", signed_in(links.check), methods=["POST"], middleware=SETTINGS_BODY),
        Route("/manage/{site}/links/{link}", signed_in(one_link.show_link), methods=["GET"], name="manage-link"),
        Route("/manage/{site}/links/{link}", signed_in(one_link.change), methods=["POST"], middleware=SETTINGS_BODY),
        Route(
            "/manage/{site}/links/{link}/check", signed_in(one_link.check), methods=["POST"], middleware=SETTINGS_BODY
        ),
        Route(
            "/manage/{site}/links/{link}/preview-unsaved",
            signed_in(one_link.preview_unsaved),
            methods=["POST"],
            middleware=SETTINGS_BODY,
        ),
        Route("/manage/{site}/links/{link}/{act}", signed_in(one_link.act), methods=["POST"], name="act"),
        Route(
            "/manage/{site}/links/{link}/addresses/{address}/revoke",
            signed_in(one_link.revoke_address),
            methods=["POST"],
        ),
    ]


def _account_routes(account_path: str) -> list[BaseRoute]:
    """What members do with their own accounts; on every site that they belong to, so that the way back is theirs."""
    return [
        Route(account_path, own(account.show), methods=["GET"], name="account"),
        Route(f"{account_path}/password", own(account.change_password), methods=["POST"]),
        Route(f"{account_path}/notices", own(account.send_notices), methods=["POST"]),
        Route(f"{account_path}/confirm", own(account.show_confirm), methods=["GET"]),
        Route(f"{account_path}/confirm", own(account.confirm), methods=["POST"]),
        Route(f"{account_path}/second-factor", own(account.show_factor), methods=["GET"]),
        Route(f"{account_path}/second-factor", own(account.set_factor), methods=["POST"]),
        Route(f"{account_path}/second-factor/remove", own(account.remove_factor), methods=["POST"]),
        Route(f"{account_path}/recovery-codes", own(account.new_recovery_codes), methods=["POST"]),
        Route(f"{account_path}/sessions", own(account.end_sessions), methods=["POST"]),
    ]
