"""What other tools check about messaging, and which of our rules look at the same.

The table is `peers.json`; it names the versions that were read. It is read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct


class Concept(Struct, frozen=True):
    """One thing that peers flag: `peers` maps a tool to its ids.

    `source` is `template` or `account`. Without `rules` the `note` says why we have none.
    """

    name: str
    service: str
    source: str
    means: str
    peers: Mapping[str, str]
    rules: tuple[str, ...]
    note: str


class Contradiction(Struct, frozen=True):
    """A question that peers answer differently, and our answer."""

    about: str
    peers: str
    ours: str


class Peers(Struct, frozen=True):
    """All that is known of them; `read` maps a tool to the version that was read."""

    date: str
    read: Mapping[str, str]
    contradictions: tuple[Contradiction, ...]
    concepts: tuple[Concept, ...]

    def alike(self, rule: str) -> list[str]:
        """The ids of others that look at what the rule looks at, as `Checkov CKV_AWS_27`."""
        named = (
            f"{tool} {ids}"
            for concept in self.concepts
            if rule in concept.rules
            for tool, ids in concept.peers.items()
        )
        return sorted(set(named), key=str.lower)


@lru_cache(maxsize=1)
def peers() -> Peers:
    """The peers and their concepts."""
    table = json.loads(Path(__file__).with_name("peers.json").read_text(encoding="utf-8"))
    concepts = (Concept(**{**item, "rules": tuple(item["rules"])}) for item in table["concepts"])
    contradictions = (Contradiction(**item) for item in table["contradictions"])
    return Peers(table["date"], table["read"], tuple(contradictions), tuple(concepts))
