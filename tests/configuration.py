"""The smallest configuration that there is: everything in files beside it, and a Confluence that nobody asks."""

from __future__ import annotations

CONFIG = """
base_url = "http://127.0.0.1:8000"
data_dir = "data"
[storage]
use = "sqlite"
path = "exshare.db"
[mail]
use = "file"
path = "mail"
[[sites]]
name = "acme"
[sites.content]
use = "confluence-cloud"
url = "http://127.0.0.1:9/wiki"
bearer = "b"
insecure = true
"""
