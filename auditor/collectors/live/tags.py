"""Tags of all resources of a region in one paged call, whichever services they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.arns import Arn
from auditor.collectors.live.faults import MALFORMED, CallError
from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import beside
from auditor.resources.base import RawResource
from auditor.values import Unknown

_ACTION = "tag:GetResources"
_TOKEN = ("PaginationToken", "PaginationToken")
# Its own list has the tags of roles; of the rest, the API knows none that is read here.
_WITHOUT = "iam"


def with_tags(readers: Iterable[Reader], resources: Sequence[RawResource]) -> list[RawResource]:
    """The same resources, with `Tags` where they have some.

    What is read with a resource, such as its policy, has the tags of that resource.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for reader in readers:
        found |= _tags(reader, resources)
    tagged = ((raw, found.get(raw.id.partition("#")[0])) for raw in resources)
    return [beside(raw, "Tags", tags) if tags else raw for raw, tags in tagged]


def _tags(reader: Reader, resources: Sequence[RawResource]) -> dict[str, list[dict[str, str]]]:
    wanted = sorted({kind for raw in resources
                     if raw.region == reader.region and (kind := _kind(raw.id))})  # fmt: skip
    if not wanted:
        return {}
    listed = reader.details(
        _ACTION, "ResourceTagMappingList", "",
        token=_TOKEN, ResourceTypeFilters=wanted, ResourcesPerPage=100,
    )  # fmt: skip
    if listed is None or isinstance(listed, Unknown):
        return {}
    try:
        return {item["ResourceARN"]: [_tag(tag) for tag in item["Tags"]] for item in listed}
    except MALFORMED as error:
        reader.fail(_ACTION, "", CallError(f"the answer could not be understood: {error!r}"))
        return {}


def _kind(id_: str) -> str | None:
    """What the API is asked for: a service, of EC2 only the kinds that there are."""
    arn = Arn.parse(id_)
    if arn is None or arn.service == _WITHOUT:
        return None
    return f"ec2:{arn.resource.partition('/')[0]}" if arn.service == "ec2" else arn.service


def _tag(tag: Any) -> dict[str, str]:
    return {"Key": tag["Key"], "Value": tag["Value"]}
