"""Reads one node of the newer editor inside storage format: its key and its parameters, as a macro would have them.

The newer editor keeps what storage has no element for as ``ac:adf-node``, with its attributes and parameters as nested
elements, beside a fallback that older renderers show (api.md 9.5).
"""

from __future__ import annotations

from attrs import Factory, define

NODE = "urn:ac adf-node"
_KEYED = ("urn:ac adf-attribute", "urn:ac adf-parameter")
_VALUE = "urn:ac adf-parameter-value"
PARTS = (*_KEYED, _VALUE)
"""Elements that say something of the node around them."""


@define
class ExtensionNode:
    """A node whose end has not come yet."""

    key: str = ""
    """What extension it is, in lower case; for a macro its name. Keys of apps are paths."""
    id: str = ""
    """The macro id; empty when the editor gave none."""
    file: str = ""
    """The id that the node itself has: of a picture or file on the media host, where it shows one."""
    parameters: dict[str, str] = Factory(dict)
    """Each by its own name alone, however deep it lies."""
    _way: list[str] = Factory(list)
    _words: list[list[str]] = Factory(list)

    @property
    def is_macro(self) -> bool:
        """Whether the key is the name of a macro."""
        return bool(self.key) and "/" not in self.key

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """One of `PARTS` begins."""
        self._way.append("value" if name == _VALUE else attributes.get("key", attributes.get("urn:ac key", "")))
        self._words.append([])

    def text(self, words: str) -> bool:
        """Take text, if it stands in one of `PARTS`; says whether it did."""
        if self._words:
            self._words[-1].append(words)
        return bool(self._words)

    def end(self) -> None:
        """One of `PARTS` ends."""
        text = "".join(self._words.pop()).strip()
        way = [_folded(key) for key in self._way]
        name = next((key for key in reversed(self._way) if key != "value"), "")
        self._way.pop()
        if not text:
            return
        if way == ["extensionkey"]:
            self.key = self.key or text.lower()
        elif way == ["id"]:
            self.file = self.file or text
        elif "macrometadata" in way:
            if "macroid" in way:
                self.id = self.id or text
        elif way[0] == "parameters":
            self.parameters.setdefault(name, text)


def _folded(key: str) -> str:
    """A key in one form: storage writes with dashes what the editor writes with capitals."""
    return key.replace("-", "").lower()
