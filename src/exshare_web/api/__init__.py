"""The REST API: what members' pages can do, for programs (spec A1). Every operation asks for an API key by itself."""
