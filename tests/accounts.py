"""Accounts as fixtures: what a collector would have read, with the course of metrics.

A file is a YAML list of resources: `type`, `arn`, CloudFormation's `properties`, and `metrics`,
which maps a metric with its statistic to its course. A course is written in hours, oldest first:
`300 x 10, 36 x 250` is 300 hours of ten, then 36 of 250; `24 x -` is a day without data. What
comes before is without data, so that each course fills the window of 14 days. A metric that could
not be read is `unknown: REASON`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from auditor.arns import Arn
from auditor.inventory import Reading, Unit
from auditor.resources import RawResource
from auditor.snapshot import write
from auditor.traffic import METRICS
from auditor.values import Block, Unknown

SUFFIX = ".account"
HOURS = 14 * 24
_UNKNOWN = "unknown: "


def read_account(path: Path) -> Unit:
    """The account that a file describes."""
    items = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Unit("", (Reading(tuple(map(_resource, items))),))


def _resource(item: Mapping[str, Any]) -> RawResource:
    arn = Arn.parse(item["arn"])
    assert arn, item
    properties = _read(item.get("properties", {}))
    metrics = {name: _course(name, course) for name, course in item.get("metrics", {}).items()}
    if metrics:
        properties = Block({**properties, METRICS: metrics})
    name = arn.resource.rpartition("/")[2].rpartition(":")[2]
    return RawResource(
        item["type"], item["arn"], properties, name, item["arn"], arn.account, arn.region
    )


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_UNKNOWN):
        return Unknown(value.removeprefix(_UNKNOWN))
    if isinstance(value, dict):
        return {name: _read(item) for name, item in value.items()}
    return value


def _course(name: str, text: str) -> dict[str, Any] | Unknown:
    if text.startswith(_UNKNOWN):
        return Unknown(text.removeprefix(_UNKNOWN))
    return {"resolution": resolution(name), "values": course(text)}


def resolution(name: str) -> int:
    """The seconds of `... every 60 s`, else an hour."""
    return int(name.split(" every ")[1].split(maxsplit=1)[0]) if " every " in name else 3_600


def course(text: str) -> list[float | None]:
    """The values of a course, filled up to the window."""
    values: list[float | None] = []
    for part in text.split(","):
        count, _, value = part.partition("x")
        values += [None if value.strip() == "-" else float(value)] * int(count)
    assert len(values) <= HOURS, text
    return [None] * (HOURS - len(values)) + values


def kept(unit: Unit, *, redact: bool = False) -> bytes:
    """The snapshot of a unit."""
    file = io.BytesIO()
    write(unit, file, redact=redact)
    return file.getvalue()
