"""Adapters with one thing wrong each, and the contract tests that must catch them."""
