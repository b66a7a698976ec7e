"""The metrics that AWS publishes: names, and the sets of dimensions each is published under.

The table is `metrics.json`; it names its sources and their date. It is read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

# How like a known name an unknown one must be to count as a slip: 1 is the same.
_SLIP = 0.75
# Names that look right beside the service's, but that AWS does not publish into.
_MISTAKEN = {
    "AWS/DataFirehose": "AWS/Firehose",
    "AWS/EventBridge": "AWS/Events",
    "AWS/EventBridge/Scheduler": "AWS/Scheduler",
    "AWS/EventBridgePipes": "AWS/EventBridge/Pipes",
    "AWS/EventBridgeScheduler": "AWS/Scheduler",
    "AWS/KinesisDataStreams": "AWS/Kinesis",
    "AWS/KinesisFirehose": "AWS/Firehose",
    "AWS/KinesisStreams": "AWS/Kinesis",
    "AWS/Pipes": "AWS/EventBridge/Pipes",
    "AWS/StepFunctions": "AWS/States",
}


class Namespace(Struct, frozen=True):
    """The metrics of one namespace.

    `metrics` maps a name to its sets of dimensions; the empty set stands for the account and
    Region. A namespace that is not `complete` has more metrics than are listed. `failures` count
    failures and have no data while nothing fails, so that AWS treats missing data as not breaching.
    """

    name: str
    metrics: Mapping[str, tuple[frozenset[str], ...]]
    complete: bool
    failures: frozenset[str]

    def knows(self, metric: str) -> bool:
        """Whether AWS publishes the metric; error codes may follow an underscore."""
        return metric in self.metrics or metric.partition("_")[0] in self.metrics

    def similar(self, metric: str) -> str | None:
        """The name that was probably meant, if there is one like it."""
        from difflib import get_close_matches

        by_letters = {name.lower(): name for name in self.metrics}
        found = get_close_matches(metric.lower(), by_letters, 1, _SLIP)
        return by_letters[found[0]] if found else None

    def dimensions(self) -> frozenset[str]:
        """All names of dimensions."""
        return frozenset().union(*(each for sets in self.metrics.values() for each in sets))


@lru_cache(maxsize=1)
def namespaces() -> Mapping[str, Namespace]:
    """The namespaces of the messaging services."""
    table = json.loads(Path(__file__).with_name("metrics.json").read_text(encoding="utf-8"))
    return {
        name: Namespace(
            name,
            {
                metric: tuple(map(frozenset, group["dimensions"]))
                for group in entry["groups"]
                for metric in group["metrics"]
            },
            entry["complete"],
            frozenset(entry["failures"]),
        )
        for name, entry in table["namespaces"].items()
    }


def meant_namespace(given: str) -> str | None:
    """The namespace that was meant by one that does not exist, or `None` where there is no slip."""
    if given in namespaces():
        return None
    by_letters = {name.lower(): name for name in namespaces()}
    return _MISTAKEN.get(given) or by_letters.get(given.lower())
