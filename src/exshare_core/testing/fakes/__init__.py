"""Adapters that live in memory and keep every promise of their ports:
for tests of what stands on the ports.
"""
