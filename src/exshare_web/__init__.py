"""The web shell: a thin Starlette application and a command line that wire the core to its adapters."""
