"""Use cases of a member who shares: find what there is, make links, look at them, change them, send them by mail.

Every act begins in `acting`: which link, by which right, and who must be able to read its page.
"""

from exshare_core.sharing.changing import MAX_GRACE, Beginning, Sharing
from exshare_core.sharing.sending import INVITATION_LIFE, MAX_RECIPIENTS
from exshare_core.sharing.standing import Shown
from exshare_core.wishes import LinkForm

__all__ = ["INVITATION_LIFE", "MAX_GRACE", "MAX_RECIPIENTS", "Beginning", "LinkForm", "Sharing", "Shown"]
