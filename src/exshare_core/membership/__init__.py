"""Use cases of members as people who sign in: their passwords, second factors, sessions and API keys."""

from exshare_core.membership.operating import Membership

__all__ = ["Membership"]
