"""A small Confluence stand-in with its own pages: demonstration site and test double, loopback only."""
