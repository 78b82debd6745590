"""Adapters: how exshare's ports meet databases, Confluence, mail and the system. They judge nothing."""
