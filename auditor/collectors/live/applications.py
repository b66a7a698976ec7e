"""Platform applications, through which SNS pushes notifications to phones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import last, pick
from auditor.resources import PlatformApplication
from auditor.resources.base import RawResource, unread_properties
from auditor.resources.sns import APPLICATION_TOPICS, CERTIFICATE_DAYS
from auditor.values import Unknown

TYPES = (PlatformApplication.type,)

_KEPT = ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", *APPLICATION_TOPICS)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All platform applications of a region; not every region can push to phones."""
    listed = reader.listing("sns:ListPlatformApplications", "PlatformApplications", *TYPES)
    arns = [item["PlatformApplicationArn"] for item in listed]
    return chain.from_iterable(reader.each(lambda arn: _application(reader, arn), arns))


def _application(reader: Reader, arn: str) -> list[RawResource]:
    answer = reader.detail(
        "sns:GetPlatformApplicationAttributes", last(arn, "/"), PlatformApplicationArn=arn
    )
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        return [_resource(arn, unread_properties({}, answer))]
    return [transform(arn, answer["Attributes"], dt.datetime.now(dt.UTC))]


def transform(arn: str, attributes: Mapping[str, str], now: dt.datetime) -> RawResource:
    """An application in the API's words, with the days that its certificate is still valid.

    The date looks like 2026-11-24T09:30:24Z; raises `ValueError` for another form.
    """
    properties = pick(attributes, _KEPT)
    if expires := attributes.get("AppleCertificateExpirationDate"):
        properties[CERTIFICATE_DAYS] = (dt.datetime.fromisoformat(expires) - now).days
    return _resource(arn, properties)


def _resource(arn: str, properties: Mapping[str, Any]) -> RawResource:
    name = last(arn, "/")
    return RawResource(PlatformApplication.type, arn, properties, name=name, arn=arn)
