"""Use cases of external people: making an account, signing in, going on to shares, and looking after what is theirs."""

from exshare_core.joining.operating import Joining, Listed

__all__ = ["Joining", "Listed"]
