"""Words that must never reach a visitor, by kind; each occurs somewhere in what the stand-in answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONTEXT_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnktY29ubmVjdG9yIn0.canary-context-jwt"
MEDIA_TOKEN = "eyJhbGciOiJIUzI1NiJ9.canary-media-cdn.token"
VIEWER_TOKEN = "eyJhbGciOiJIUzI1NiJ9.canary-view-file.token"
FORM_TOKEN = "canary-atl-token-7f3c"
GADGET_TOKEN = "canary-gadget-st-19ab"
COOKIE_VALUE = "canary-upstream-cookie-5521"
CLIENT_ID = "33333333-1111-4111-8111-0c11e17ca9a1"
CLOUD_ID = "1a27e260-0000-4000-8000-00000000c10d"
JIRA_SUMMARY = "canary-jira Dimmer relay sticks in frost"

CLASSIC_TOKEN = "canary-classic-token-ATATT3x"
SCOPED_TOKEN = "canary-scoped-token-ATSTT9y"
BEARER_TOKEN = "canary-oauth-bearer-eyJraWQ"
PAT = "canary-data-center-pat-MTcx"
PASSWORD = "canary-basic-password-otter"

RESTRICTED = "canary-restricted Kestrel price list"
BELOW_RESTRICTED = "canary-below-restricted Kestrel discounts"
HIDDEN = "canary-hidden Board minutes"
TRASHED = "canary-trashed Oil lamp recall"
ARCHIVED = "canary-archived Paraffin catalogue"
EXCLUDED = "canary-excluded Supplier margin is 41 percent"
EXCLUDED_PANEL = "canary-excluded-panel Do not quote the Brightwater deal"
OUTSIDE = "canary-outside Payroll calendar"
OLD_VERSION = "canary-old-version First wording of the warranty"
FOOTER_COMMENT = "canary-footer-comment Ask the lawyers first"
INLINE_COMMENT = "canary-inline-comment Is this figure true"
INTERNAL_LABEL = "canary-label-confidential"
STATUS = "canary-status In review"
EXCLUDED_COMMENT = "canary-excluded-comment The margin is too thin"
VERSION_MESSAGE = "canary-version-message fixed after the audit"

CANARIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "token": (CONTEXT_JWT, MEDIA_TOKEN, VIEWER_TOKEN, FORM_TOKEN, GADGET_TOKEN, COOKIE_VALUE),
        "credential": (CLASSIC_TOKEN, SCOPED_TOKEN, BEARER_TOKEN, PAT, PASSWORD),
        "account": (
            "712020:canary-acc-connector",
            "712020:canary-acc-mira",
            "712020:canary-acc-tove",
            "712020:canary-acc-ivo",
            "712020:canary-acc-lena",
        ),
        "user-key": ("canarykey00connector", "canarykey00mira", "canarykey00tove", "canarykey00ivo", "canarykey00lena"),
        "email": (
            "canary-svc@lantern-works.example",
            "canary-mira@lantern-works.example",
            "canary-tove@lantern-works.example",
            "canary-ivo@lantern-works.example",
            "canary-lena@lantern-works.example",
            "canary-orders@lantern-works.example",
        ),
        "host": (
            "media-cdn.atlassian.com",
            "api.media.atlassian.com",
            "pf-emoji-service--cdn.us-east-1.prod.public.atl-paas.net",
        ),
        "external-image-host": ("images.canary-lamps.example",),
        "product": (CLIENT_ID, CLOUD_ID, JIRA_SUMMARY),
        "restricted": (RESTRICTED, BELOW_RESTRICTED),
        "hidden": (HIDDEN,),
        "trashed": (TRASHED,),
        "archived": (ARCHIVED,),
        "excluded": (EXCLUDED, EXCLUDED_PANEL, EXCLUDED_COMMENT),
        "outside": (OUTSIDE,),
        "old-version": (OLD_VERSION,),
        "comment": (FOOTER_COMMENT, INLINE_COMMENT),
        "label": (INTERNAL_LABEL,),
        "status": (STATUS,),
        "version-message": (VERSION_MESSAGE,),
    }
)
