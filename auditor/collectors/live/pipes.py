"""EventBridge Pipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Pipe
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (Pipe.type,)

_PIPE = (
    "Description",
    "DesiredState",
    "Enrichment",
    "KmsKeyIdentifier",
    "LogConfiguration",
    "Name",
    "RoleArn",
    "Source",
    "SourceParameters",
    "Tags",
    "Target",
    "TargetParameters",
)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All pipes of a region."""
    pipes = reader.listing("pipes:ListPipes", "Pipes", *TYPES, Limit=100)
    return chain.from_iterable(reader.each(lambda pipe: _pipe(reader, pipe), pipes))


def _pipe(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["Name"], listed["Arn"]
    answer = reader.detail("pipes:DescribePipe", name, Name=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        known = pick(listed, ("DesiredState", "Enrichment", "Name", "Source", "Target"))
        properties = unread_properties(known, answer)
        return [RawResource(Pipe.type, arn, properties, name=name, arn=arn)]
    return [transform(answer)]


def transform(answer: Mapping[str, Any]) -> RawResource:
    """A pipe. Enrichment parameters stay behind: they may hold headers with secrets."""
    name, arn = answer["Name"], answer["Arn"]
    return RawResource(Pipe.type, arn, pick(answer, _PIPE), name=name, arn=arn)
