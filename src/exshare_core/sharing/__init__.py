"""Use cases of a member who shares: find what there is, make links, look at them, change them, send them by mail.

Every act begins in `acting`: which link, by which right, and who must be able to read its page.
"""

from exshare_core.sharing.addressing import MAX_PERSONAL, Personal
from exshare_core.sharing.changing import MAX_GRACE, Sharing
from exshare_core.sharing.counting import MOST_COUNTED, Counted
from exshare_core.sharing.planning import Beginning
from exshare_core.sharing.sending import INVITATION_LIFE, MAX_RECIPIENTS
from exshare_core.sharing.standing import Shown
from exshare_core.wishes import LinkForm

__all__ = [
    "INVITATION_LIFE",
    "MAX_GRACE",
    "MAX_PERSONAL",
    "MAX_RECIPIENTS",
    "MOST_COUNTED",
    "Beginning",
    "Counted",
    "LinkForm",
    "Personal",
    "Sharing",
    "Shown",
]
