"""From the items of a type to resources, after which the items are let go: they are large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from auditor.collectors.aggregator.asking import UNREADABLE, Aggregator
from auditor.collectors.aggregator.items import Item, tags
from auditor.collectors.aggregator.recorders import Place
from auditor.collectors.aggregator.types import KINDS
from auditor.collectors.live.shapes import beside
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

_LEFT_OUT = Unknown("AWS Config leaves its configuration out")


class Recorded(Struct, frozen=True):
    """What the items of a type became, how many there were, and where.

    `unseen` are the types that come from documents which no item has, and why that may mean
    nothing.
    """

    resources: Sequence[RawResource]
    count: int
    places: frozenset[Place]
    unseen: Mapping[str, str]


def recorded(aggregator: Aggregator, type_: str) -> Recorded:
    """Everything of a type, each resource in the account and region of its item."""
    kind = KINDS[type_]
    items = aggregator.items(type_, kind.types)
    seen = kind.seen(items)
    resources = [
        replace(raw, account=item.account, region=item.region)
        for item in _newest(items)
        for raw in _made(aggregator, type_, item, seen)
    ]
    places = frozenset((item.account, item.region) for item in items)
    return Recorded(resources, len(items), places, kind.unseen(seen) if items else {})


def _made(
    aggregator: Aggregator, type_: str, item: Item, seen: frozenset[str]
) -> Iterator[RawResource]:
    kind = KINDS[type_]
    if item.configuration is None:
        properties = unread_properties({}, _LEFT_OUT)
        arn = item.arn or item.id
        yield RawResource(kind.types[0], arn, properties, name=item.name, arn=item.arn or None)
        return
    try:
        tagged = tags(item)
        for raw in [kind.completed(each, seen) for each in kind.transform(item)]:
            yield beside(raw, "Tags", tagged) if tagged else raw
    except UNREADABLE as error:
        aggregator.misunderstood(type_, error, kind.types)


def _newest(items: Iterable[Item]) -> Iterable[Item]:
    """Each resource once: those of IAM are recorded in several regions."""
    found: dict[tuple[str, str, str], Item] = {}
    for item in items:
        key = (item.account, item.region, item.id)
        if key not in found or found[key].captured < item.captured:
            found[key] = item
    return found.values()
