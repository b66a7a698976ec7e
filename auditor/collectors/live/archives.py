"""Archives of event buses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Archive
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown, document

TYPES = (Archive.type,)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All archives of a region."""
    archives = reader.listing("events:ListArchives", "Archives", *TYPES, Limit=100)
    return chain.from_iterable(reader.each(lambda item: _archive(reader, item), archives))


def _archive(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name = listed["ArchiveName"]
    answer = reader.detail("events:DescribeArchive", name, ArchiveName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        known = {"ArchiveName": name, "SourceArn": listed["EventSourceArn"]}
        arn = reader.arn("events", f"archive/{name}")
        properties = unread_properties(known, answer)
        return [RawResource(Archive.type, arn, properties, name=name, arn=arn)]
    return [transform(answer)]


def transform(answer: Mapping[str, Any]) -> RawResource:
    """An archive; CloudFormation calls its bus otherwise than the API."""
    name, arn = answer["ArchiveName"], answer["ArchiveArn"]
    properties = {
        **pick(answer, ("ArchiveName", "Description", "KmsKeyIdentifier", "RetentionDays")),
        "SourceArn": answer["EventSourceArn"],
    }
    if pattern := answer.get("EventPattern"):
        properties["EventPattern"] = document(pattern)
    return RawResource(Archive.type, arn, properties, name=name, arn=arn)
