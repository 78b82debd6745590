"""exshare's core: share links, permission layers and access decisions as values and pure functions.

Needs attrs and the standard library only, does no input or output, and awaits nothing but ports.
"""

__version__ = "0.1.0"
