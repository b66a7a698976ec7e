"""Short ways to read a template that a test writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.collectors.template.collect import TemplateCollector
from auditor.findings import Location
from auditor.inventory import Reading, Unit
from auditor.resources import RawResource


def units(*paths: Path, parameters: Mapping[str, str] | None = None) -> list[Unit]:
    """What the collector delivers for files and folders."""
    return list(TemplateCollector([str(path) for path in paths], parameters).collect())


def unit(folder: Path, template: str, **parameters: str) -> Unit:
    """The one unit of a template given as text."""
    path = folder / "template.yaml"
    path.write_text(template, encoding="utf-8")
    (only,) = units(path, parameters=parameters)
    return only


def reading(folder: Path, template: str, **parameters: str) -> Reading:
    """The one reading of a template that has no open conditions."""
    (only,) = unit(folder, template, **parameters).readings
    return only


def resources(reading_: Reading) -> dict[str, RawResource]:
    """The resources of a reading by logical id."""
    return {resource.id: resource for resource in reading_.resources}


def value(folder: Path, expression: str, sections: str = "", **parameters: str) -> Any:
    """What an expression (YAML on one line, or indented by ten) evaluates to.

    The template has a queue `Queue` named orders, a topic `Topic`, and what `sections` add.
    """
    template = f"""{sections}
Resources:
  Queue: {{Type: AWS::SQS::Queue, Properties: {{QueueName: orders}}}}
  Topic: {{Type: AWS::SNS::Topic}}
  Probe:
    Type: AWS::SQS::Queue
    Properties:
      Value: {expression}
"""
    probe = resources(reading(folder, template, **parameters))["Probe"]
    return probe.properties.get("Value")


def as_json(template: object) -> str:
    return json.dumps(template, indent=2)


def span(location: Location | None) -> tuple[int, int, int]:
    """Line, column and end column."""
    assert location is not None
    assert location.end_line == location.line
    return location.line, location.column, location.end_column


def reasons(*units_: Unit) -> str:
    """All gaps as text, one a line."""
    return "\n".join(f"{gap.what}: {gap.reason}" for item in units_ for gap in item.gaps)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
