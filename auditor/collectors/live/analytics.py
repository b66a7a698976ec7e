"""Applications of Managed Service for Apache Flink, and of its SQL predecessor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick, prune
from auditor.resources import AnalyticsApplication, SqlApplication
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

# One list has the SQL applications, too; they are told by their runtime, not by their type.
TYPES = (AnalyticsApplication.type, SqlApplication.type)

# The properties of the run-time environment may hold secrets.
_APPLICATION = (
    "ApplicationDescription",
    "ApplicationMode",
    "ApplicationName",
    "RuntimeEnvironment",
    "ServiceExecutionRole",
)
_INPUTS = ("KinesisFirehoseInput", "KinesisStreamsInput")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All applications of a region."""
    applications = reader.listing(
        "kinesisanalytics:ListApplications", "ApplicationSummaries", *TYPES, Limit=50
    )
    return chain.from_iterable(reader.each(lambda item: _application(reader, item), applications))


def _application(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["ApplicationName"], listed["ApplicationARN"]
    if listed["ApplicationStatus"] == "DELETING":
        return []
    answer = reader.detail("kinesisanalytics:DescribeApplication", name, ApplicationName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        properties = unread_properties(pick(listed, _APPLICATION), answer)
        return [RawResource(AnalyticsApplication.type, arn, properties, name=name, arn=arn)]
    return [transform(name, answer["ApplicationDetail"])]


def transform(name: str, detail: Mapping[str, Any]) -> RawResource:
    """An application with what it reads; that of Flink is known to its code alone."""
    arn = detail["ApplicationARN"]
    configuration = detail.get("ApplicationConfigurationDescription") or {}
    sql = configuration.get("SqlApplicationConfigurationDescription") or {}
    inputs = [
        {kind: item.get(f"{kind}Description") for kind in _INPUTS}
        for item in sql.get("InputDescriptions", ())
    ]
    settings = {"SqlApplicationConfiguration": {"Inputs": inputs}}
    properties = {
        "ApplicationName": name,
        **pick(detail, _APPLICATION),
        **prune({"ApplicationConfiguration": prune(settings)}),
    }
    return RawResource(AnalyticsApplication.type, arn, properties, name=name, arn=arn)
