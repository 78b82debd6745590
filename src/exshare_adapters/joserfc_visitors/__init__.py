"""Tokens that embedding hosts sign for their visitors, as compact JWS (RFC 7515); joserfc checks the signatures."""
