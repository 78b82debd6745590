"""The rules of the core that visitors may read when something is not accepted, marked as sentences that pages say.

The core speaks English and knows no languages. Numbers, and what stands between backticks, are holes here.
"""

from exshare_web.languages import msg

RULES = (
    msg("at least {} characters"),
    msg("at most {} characters"),
    msg("no control characters"),
    msg("commonly used"),
    msg("choose one that is hard to guess"),
    msg("at least {} characters beside {}, which others know"),
    msg("at least {} characters beside {} and {}, which others know"),
    msg("that is not your password"),
    msg("that is the password you have"),
    msg("must have at least one letter or digit"),
    msg("must be at most {} characters"),
    msg("must be at most {} words"),
    msg("must be one label, without spaces"),
)
"""Where several are broken, they are joined by semicolons, and each is a sentence of its own."""
