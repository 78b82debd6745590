"""What the API takes and gives, as attrs classes: the one source of its JSON, its checks and its documentation.

A field's metadata says what it means; a field with a default may be left out. Instants are UTC in the form of RFC 3339.
"""

from __future__ import annotations

from exshare_web.api.models.activity import Activity, Chain, FailureCount, Failures, Happened, Verification
from exshare_web.api.models.addresses import (
    NewAddresses,
    PersonalAddress,
    PersonalAddresses,
    Preview,
    PreviewAs,
    Reach,
    Reaches,
)
from exshare_web.api.models.branding import SiteLook
from exshare_web.api.models.bulk import BulkDone, BulkOrder, BulkOutcome
from exshare_web.api.models.explaining import Explanation, GateSaid, ValueInForce
from exshare_web.api.models.links import (
    Letter,
    Link,
    LinkChange,
    Links,
    LinkSettings,
    NewLink,
    NewOwner,
    Revival,
    Rotation,
    Sent,
)
from exshare_web.api.models.pages import Badge, Found, LinksInState, NewBadge, Pages, Shared
from exshare_web.api.models.people import Key, Keys, LockedOut, Member, Members, NewKey, WhoAmI
from exshare_web.api.models.policy import (
    Affected,
    Changed,
    DryRun,
    PolicyChanged,
    PolicyHistory,
    PolicyVersion,
    Space,
    SpaceLimits,
    Spaces,
    Switch,
)
from exshare_web.api.models.problems import Fault, Problem

__all__ = [
    "Activity",
    "Affected",
    "Badge",
    "BulkDone",
    "BulkOrder",
    "BulkOutcome",
    "Chain",
    "Changed",
    "DryRun",
    "Explanation",
    "FailureCount",
    "Failures",
    "Fault",
    "Found",
    "GateSaid",
    "Happened",
    "Key",
    "Keys",
    "Letter",
    "Link",
    "LinkChange",
    "LinkSettings",
    "Links",
    "LinksInState",
    "LockedOut",
    "Member",
    "Members",
    "NewAddresses",
    "NewBadge",
    "NewKey",
    "NewLink",
    "NewOwner",
    "Pages",
    "PersonalAddress",
    "PersonalAddresses",
    "PolicyChanged",
    "PolicyHistory",
    "PolicyVersion",
    "Preview",
    "PreviewAs",
    "Problem",
    "Reach",
    "Reaches",
    "Revival",
    "Rotation",
    "Sent",
    "Shared",
    "SiteLook",
    "Space",
    "SpaceLimits",
    "Spaces",
    "Switch",
    "ValueInForce",
    "Verification",
    "WhoAmI",
]
