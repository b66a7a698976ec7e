"""What the advice knows of the services: limits with their sources, and the rules that watch them.

The table is `services.json`; it names its sources and their date. It is read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from auditor.data.regions import least


class Limit(Struct, frozen=True):
    """One limit in words, and where it is from.

    `per_second` counts messages, in the largest Regions; where Regions differ, `quota` names their
    table, in which each call carries `in_call` messages.
    """

    says: str
    source: str
    per_second: int | None = None
    quota: str = ""
    in_call: int = 1

    def least(self, region: str) -> float | None:
        """The messages a second that the Region surely takes by default; any Region if empty."""
        return least(self.quota, region) * self.in_call if self.quota else self.per_second


class Service(Struct, frozen=True):
    """A way to move messages. `rules` are the ids of the rules that watch it."""

    name: str
    limits: tuple[Limit, ...]
    rules: tuple[str, ...]


@lru_cache(maxsize=1)
def services() -> Mapping[str, Service]:
    """The services by their short names."""
    table = json.loads(Path(__file__).with_name("services.json").read_text(encoding="utf-8"))
    sources = table["sources"]
    return {
        key: Service(
            item["name"],
            tuple(Limit(**{**each, "source": sources[each["source"]]}) for each in item["limits"]),
            tuple(item["rules"]),
        )
        for key, item in table["services"].items()
    }
