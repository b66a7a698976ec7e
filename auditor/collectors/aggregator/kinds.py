"""How AWS Config records a type of resource, and what its silence means.

Sources: "AWS Config Resource Schema" (github.com/awslabs/aws-config-resource-schema, 2026-11) lists
for each type the properties that can be searched for. It leaves out texts and free documents, such
as policies: that these are recorded was taken from public programs that read them
(github.com/cloud-copilot/iam-collect, github.com/cloud-custodian/cloud-custodian, AWS's own
policy-validation rules for AWS Config).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.collectors.aggregator.items import Item, text
from auditor.resources.base import RawResource
from auditor.values import Block, Unknown

_NO_ARN = "the item has no ARN"
NOT_RECORDED = Unknown("AWS Config does not record this property")


class Kind(Struct, frozen=True):
    """What the items of a type become.

    Of `types` the first is that of the resource itself; the others come with it. It has none of
    the properties in `recorded` that an item lacks. Of `documents`, by their name in an item, this
    holds only once some item has the document: none then means no resource of the named types, or
    where there are none that the property of that name is not set. All other properties that an
    item lacks are unknown.
    """

    types: tuple[str, ...]
    transform: Callable[[Item], Iterable[RawResource]]
    recorded: tuple[str, ...]
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def seen(self, items: Iterable[Item]) -> frozenset[str]:
        """The documents that some item has."""
        return frozenset(
            name
            for item in items
            for name in self.documents
            if (item.configuration or {}).get(name) or item.supplementary.get(name)
        )

    def unseen(self, seen: frozenset[str]) -> dict[str, str]:
        """The types that come from documents which no item has, and why none may mean nothing."""
        return {
            type_: f"no item of AWS Config has a {name} of {self.types[0]}"
            for name, types in self.documents.items()
            if name not in seen
            for type_ in types
        }

    def completed(self, raw: RawResource, seen: frozenset[str]) -> RawResource:
        """The resource itself with what its item says by saying nothing.

        Raises `LookupError` where there is no ARN to know it by, `TypeError` where that or the
        name is no text.
        """
        if not raw.id:
            raise LookupError(_NO_ARN)
        text(raw.id), text(raw.name or "")
        if raw.type != self.types[0]:
            return raw
        absent = [*self.recorded, *(name for name in seen if not self.documents[name])]
        return replace(raw, properties=partly(raw.properties, absent))


def partly(known: Mapping[str, Any], absent: Iterable[str]) -> Block:
    """A mapping in which more may be set than is known, but nothing of what is `absent`."""
    return Block({**dict.fromkeys(absent), **known}, unread=NOT_RECORDED)
