"""Keys of KMS: those that resources read before refer to, by id, ARN or alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.arns import Arn
from auditor.collectors.live.reader import MARKER, Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import (
    Archive,
    DeliveryStream,
    EventBus,
    EventSourceMapping,
    Function,
    Key,
    KeyAlias,
    Pipe,
    Queue,
    Schedule,
    StateMachine,
    Stream,
    Topic,
)
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown, document

TYPES = (Key.type, KeyAlias.type)
# Resources that can name a key.
ENCRYPTED = tuple(
    cls.type
    for cls in (
        Archive, DeliveryStream, EventBus, EventSourceMapping, Function, Pipe, Queue, Schedule,
        StateMachine, Stream, Topic,
    )
)  # fmt: skip

# What the properties of other resources call their key.
_REFERENCES = frozenset((
    "KeyARN", "KeyId", "KmsKeyArn", "KmsKeyId", "KmsKeyIdentifier", "KmsMasterKeyId",
))  # fmt: skip
_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_ALIAS, _ALIAS_OF_AWS = "alias/", "alias/aws/"
_METADATA = ("Description", "Enabled", "KeySpec", "KeyUsage", "MultiRegion", "Origin")


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """The account's own keys that the resources refer to, with the aliases of these keys."""
    wanted = referenced(resources, reader.region, reader.account)
    if not wanted:
        return
    aliases = reader.listing("kms:ListAliases", "Aliases", *TYPES, token=MARKER, Limit=100)
    targets = {it["AliasName"]: str(it["TargetKeyId"]) for it in aliases if "TargetKeyId" in it}
    keys = dereferenced(wanted, targets)
    yield from chain.from_iterable(reader.each(lambda id_: _key(reader, id_), sorted(keys)))
    for item in aliases:
        if item.get("TargetKeyId") in keys:
            yield alias(item)


def referenced(resources: Iterable[RawResource], region: str, account: str | None) -> set[str]:
    """Ids and aliases of the account's own keys of a region that the resources refer to."""
    found = chain.from_iterable(_references(raw.properties) for raw in resources)
    return {name for name in (_local(text, region, account) for text in found) if name}


def dereferenced(names: Iterable[str], targets: Mapping[str, str]) -> set[str]:
    """The ids of keys, given by id or alias; `targets` has the ids of known aliases."""
    return {targets.get(it, "") if it.startswith(_ALIAS) else it for it in names} - {""}


def _references(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in _REFERENCES and isinstance(item, str):
                yield item
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _local(reference: str, region: str, account: str | None) -> str | None:
    """The id or the alias of a key of this account and region that is not managed by AWS."""
    name = reference
    if arn := Arn.parse(reference):
        if (arn.service, arn.region) != ("kms", region):
            return None
        if arn.account != (account or arn.account):
            return None
        name = arn.resource.removeprefix("key/")
    if name.startswith(_ALIAS):
        return None if name.startswith(_ALIAS_OF_AWS) else name
    return name if _KEY_ID.fullmatch(name) else None


def _key(reader: Reader, id_: str) -> list[RawResource]:
    described = reader.detail("kms:DescribeKey", id_, KeyId=id_)
    if described is None:
        return []
    if isinstance(described, Unknown):
        arn = reader.arn("kms", f"key/{id_}")
        properties = unread_properties({}, described)
        return [RawResource(Key.type, arn, properties, name=id_, arn=arn)]
    metadata = described["KeyMetadata"]
    if not own(metadata):
        return []
    policy = reader.detail("kms:GetKeyPolicy", id_, KeyId=id_, PolicyName="default")
    rotation = None
    if metadata["KeySpec"] == "SYMMETRIC_DEFAULT" and metadata["Origin"] == "AWS_KMS":
        rotation = reader.detail("kms:GetKeyRotationStatus", id_, KeyId=id_)
    return [transform(metadata, policy, rotation)]


def own(metadata: Mapping[str, Any]) -> bool:
    """Whether the account manages the key, not AWS, whose keys nobody can change."""
    return bool(metadata["KeyManager"] == "CUSTOMER")


def transform(
    metadata: Mapping[str, Any],
    policy: Mapping[str, Any] | Unknown | None,
    rotation: Mapping[str, Any] | Unknown | None,
) -> RawResource:
    """A key; KMS can tell of rotation only for symmetric keys that it made itself."""
    id_, arn = metadata["KeyId"], metadata["Arn"]
    properties = pick(metadata, _METADATA)
    if policy is not None:
        known = policy if isinstance(policy, Unknown) else document(policy["Policy"])
        properties["KeyPolicy"] = known
    if isinstance(rotation, Unknown):
        properties["EnableKeyRotation"] = rotation
    elif rotation is not None:
        properties["EnableKeyRotation"] = rotation["KeyRotationEnabled"]
        properties.update(pick(rotation, ("RotationPeriodInDays",)))
    return RawResource(Key.type, arn, properties, name=id_, arn=arn)


def alias(item: Mapping[str, Any]) -> RawResource:
    """Another name of a key."""
    name, arn = item["AliasName"], item["AliasArn"]
    properties = pick(item, ("AliasName", "TargetKeyId"))
    return RawResource(KeyAlias.type, arn, properties, name=name, arn=arn)
