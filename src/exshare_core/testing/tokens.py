"""The promises of TokenGenerator."""

from __future__ import annotations

import re
from collections import Counter
from typing import ClassVar

from exshare_core.ports import TokenGenerator
from exshare_core.testing.contract import Contract, promise
from exshare_core.values import Token

MANY = 2000


class TokenGeneratorContract(Contract[TokenGenerator]):
    """Tokens, ids and codes have the right shape, never repeat, and are spread over all they can be."""

    abilities: ClassVar[frozenset[str]] = frozenset({"begin_anew"})
    """That a generator opened anew draws other values: all but those that are made for tests do."""

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
        """Every place of a token but the last takes all of the 64 characters, and the last at least 16."""
        drawn = [tokens.token() for _ in range(MANY)]
        variety = [len({token[place] for token in drawn}) for place in range(43)]

        assert [64] * 42 == variety[:42]
        assert 16 <= variety[42]

    @promise
    async def test_every_character_of_a_token_is_equally_likely(self, tokens: TokenGenerator) -> None:
        """Each of the 64 characters comes about as often as any other: a token has all the bits that it seems to."""
        counts = Counter("".join(tokens.token()[:42] for _ in range(4 * MANY)))
        mean = 4 * MANY * 42 / 64

        assert mean * 0.9 <= min(counts.values())
        assert mean * 1.1 >= max(counts.values())

    @promise
    async def test_another_generator_draws_other_values(self, tokens: TokenGenerator) -> None:
        """What one process draws tells nothing of another: no two generators begin alike."""
        self.needs("begin_anew")
        first = tokens.token(), tokens.id(), [tokens.code() for _ in range(4)]
        async with self.open() as other:
            second = other.token(), other.id(), [other.code() for _ in range(4)]

        assert [True] * 3 == [one != another for one, another in zip(first, second, strict=True)]

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
        """In each place each digit comes about as often as any other, leading zeros included; over all places exactly
        so often, as it does not where the rest of a division leaves one.
        """
        drawn = [tokens.code() for _ in range(200_000)]
        overall = Counter("".join(drawn))

        assert 157_900 <= min(overall.values())
        assert 162_100 >= max(overall.values())

        drawn = drawn[:10_000]
        counts = [sum(code[place] == digit for code in drawn) for place in range(8) for digit in "0123456789"]

        assert 800 <= min(counts)
        assert 1200 >= max(counts)
