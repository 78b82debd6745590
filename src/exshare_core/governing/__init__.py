"""Use cases of admins: what is set on one site, what a change of it would do, and what becomes of leavers' links."""

from exshare_core.governing.rehearsing import DryRun
from exshare_core.governing.setting import Governing, SpaceView, with_space_limits

__all__ = ["DryRun", "Governing", "SpaceView", "with_space_limits"]
