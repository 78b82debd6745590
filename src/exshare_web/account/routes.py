"""The routes of external people. All of them lead to nothing of any link's; what is behind a sign-in asks for it by
itself.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from exshare_web.account import home, join, settings, sign_in
from exshare_web.account.place import at_site, signed_in

SITE = "/account/{site}"


def account_routes() -> list[BaseRoute]:
    """What people with an account meet, and those who want one."""
    return [
        Route(SITE, signed_in(home.show), methods=["GET"], name="external-account"),
        Route(f"{SITE}/sign-in", at_site(sign_in.show), methods=["GET"]),
        Route(f"{SITE}/sign-in", at_site(sign_in.submit), methods=["POST"]),
        Route(f"{SITE}/sign-in/code", at_site(sign_in.show_code), methods=["GET"]),
        Route(f"{SITE}/sign-in/code", at_site(sign_in.submit_code), methods=["POST"]),
        Route(f"{SITE}/join", at_site(join.show), methods=["GET"]),
        Route(f"{SITE}/join", at_site(join.ask), methods=["POST"]),
        Route(f"{SITE}/join/code", at_site(join.enrol), methods=["POST"]),
        Route(f"{SITE}/go-on", signed_in(sign_in.go_on), methods=["POST"]),
        Route(f"{SITE}/sign-out", at_site(sign_in.sign_out), methods=["POST"]),
        Route(f"{SITE}/forget", signed_in(home.forget), methods=["POST"]),
        Route(f"{SITE}/settings", signed_in(settings.show), methods=["GET"]),
        Route(f"{SITE}/password", signed_in(settings.change_password), methods=["POST"]),
        Route(f"{SITE}/address", signed_in(settings.ask_address), methods=["POST"]),
        Route(f"{SITE}/address/code", signed_in(settings.change_address), methods=["POST"]),
        Route(f"{SITE}/second-factor", signed_in(settings.propose_factor), methods=["POST"]),
        Route(f"{SITE}/second-factor/set", signed_in(settings.set_factor), methods=["POST"]),
        Route(f"{SITE}/second-factor/remove", signed_in(settings.remove_factor), methods=["POST"]),
        Route(f"{SITE}/recovery-codes", signed_in(settings.new_recovery_codes), methods=["POST"]),
        Route(f"{SITE}/sessions", signed_in(settings.end_sessions), methods=["POST"]),
        Route(f"{SITE}/data", signed_in(settings.data), methods=["POST"]),
        Route(f"{SITE}/delete", signed_in(settings.delete), methods=["POST"]),
    ]
