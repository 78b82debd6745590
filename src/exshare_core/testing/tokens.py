"""The promises of TokenGenerator."""

from __future__ import annotations

import re

from exshare_core.ports import TokenGenerator
from exshare_core.testing.contract import Contract, promise
from exshare_core.values import Token

MANY = 2000


class TokenGeneratorContract(Contract[TokenGenerator]):
    """Tokens, ids and codes have the right shape, never repeat, and are spread over all they can be."""

    @promise
    async def test_a_token_is_43_characters(self, tokens: TokenGenerator) -> None:
        """Every token is 43 of ``A-Z a-z 0-9 _ -`` and is read back whole from an address."""
        for token in [tokens.token() for _ in range(MANY)]:
            assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
            assert Token(token) == Token.parse(token)

    @promise
    async def test_tokens_never_repeat(self, tokens: TokenGenerator) -> None:
        """No token comes twice."""
        assert MANY == len({tokens.token() for _ in range(MANY)})

    @promise
    async def test_tokens_vary_in_every_place(self, tokens: TokenGenerator) -> None:
        """Every place of a token but the last takes nearly all of the 64 characters,
        and the last at least 16.
        """
        drawn = [tokens.token() for _ in range(MANY)]
        variety = [len({token[place] for token in drawn}) for place in range(43)]

        assert all(count >= 60 for count in variety[:42])
        assert 16 <= variety[42]

    @promise
    async def test_an_id_is_20_to_40_characters(self, tokens: TokenGenerator) -> None:
        """Every id is 20 to 40 of ``a-z 0-9``."""
        for id in [tokens.id() for _ in range(MANY)]:
            assert re.fullmatch(r"[a-z0-9]{20,40}", id)

    @promise
    async def test_ids_never_repeat(self, tokens: TokenGenerator) -> None:
        """No id comes twice."""
        assert MANY == len({tokens.id() for _ in range(MANY)})

    @promise
    async def test_a_code_is_8_digits(self, tokens: TokenGenerator) -> None:
        """Every code is 8 ASCII digits."""
        for code in [tokens.code() for _ in range(MANY)]:
            assert re.fullmatch(r"[0-9]{8}", code)

    @promise
    async def test_every_digit_of_a_code_is_equally_likely(self, tokens: TokenGenerator) -> None:
        """In each place each digit comes about as often as any other, leading zeros included."""
        drawn = [tokens.code() for _ in range(10_000)]
        counts = [sum(code[place] == digit for code in drawn) for place in range(8) for digit in "0123456789"]

        assert 800 <= min(counts)
        assert 1200 >= max(counts)
