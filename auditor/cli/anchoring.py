"""Showing findings of accounts where the configuration's templates declare the resources."""

from __future__ import annotations

from functools import partial
from itertools import takewhile

import click

from auditor.collectors.anchored import AnchoredCollector, Declared
from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.parameters import given
from auditor.config import Configuration
from auditor.config.stacks import stacks
from auditor.findings import Location
from auditor.inventory import Collector
from auditor.resources.base import Locator
from auditor.values import PropertyPath


def anchored(collector: Collector, settings: Configuration) -> Collector:
    """The collector with places of its resources; raises `UsageError` for a missing template."""
    named = stacks(settings)
    if not named:
        return collector
    parameters = given(settings.parameters(), settings.parameter_files())
    return AnchoredCollector(collector, named, lambda path: _declared(path, parameters))


def _declared(path: str, parameters: dict[str, str]) -> Declared:
    """The places of a template's resources, none with a warning where it cannot be read."""
    units = list(TemplateCollector((path,), parameters).collect())
    found: dict[str, Locator] = {
        raw.id: partial(_locate, raw.locate)
        for unit in units for reading in unit.readings for raw in reading.resources
    }  # fmt: skip
    if not found:
        gaps = [gap.reason for unit in units for gap in unit.gaps]
        why = gaps[0] if gaps else "it declares no resource that is audited"
        click.echo(f"msgaudit: warning: stacks: no place in {path}: {why}", err=True)
    return found


def _locate(locate: Locator, path: PropertyPath) -> Location | None:
    """The place of a property; an account need not have lists in the order of the template."""
    return locate(tuple(takewhile(lambda part: isinstance(part, str), path)))
