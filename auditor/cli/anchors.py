"""Places in the repository for findings about accounts: code hosts show none without one.

What the configuration says of `stacks` is known before; here is a guess for the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from auditor.collectors.template.collect import TemplateCollector
from auditor.config import Configuration
from auditor.findings import Location, Subject
from auditor.project import root
from auditor.report import Report
from auditor.repository import Repository

Declared = dict[str, dict[str, set[Location]]]
# Where the configuration speaks of accounts; its first line otherwise.
_SETTINGS = ("stacks", "regions")


def with_anchors(report: Report, settings: Configuration) -> Report:
    """The report with a place for each resource of a finding that has none, as far as possible.

    That is the one declaration in the repository's templates of the logical id and type that
    CloudFormation tagged the resource with, or else the configuration file.
    """
    homeless = {item.resource.id: item.resource for item in report.violations if not item.location}
    folder = root()
    if not homeless or folder is None:
        return report
    declared = _declared(folder) if any(item.logical_id for item in homeless.values()) else {}
    fallback = _configured(settings, folder)
    places = {id_: _only(item, declared) or fallback for id_, item in homeless.items()}
    return replace(report, anchors={id_: place for id_, place in places.items() if place})


def _declared(folder: Path) -> Declared:
    """Places of the resources in the repository's templates, by logical id and type."""
    found: Declared = defaultdict(lambda: defaultdict(set))
    for type_, id_, place in _resources(folder):
        found[id_][type_].add(place)
    return found


def _resources(folder: Path) -> Iterator[tuple[str, str, Location]]:
    files = (folder / path for path in Repository(folder).tracked())
    present = [str(path) for path in files if path.is_file()]
    for unit in TemplateCollector(present, root=folder, skip_others=True).collect():
        for reading in unit.readings:
            for raw in reading.resources:
                if place := raw.locate(()):
                    yield raw.type, raw.id.rpartition("/")[2], place


def _only(subject: Subject, declared: Declared) -> Location | None:
    """The place of the declaration, if there is exactly one."""
    types = declared.get(subject.logical_id or "", {})
    if "#" in subject.id:  # what was read with a resource has the tags of that
        places = set[Location]().union(*types.values())
    else:
        places = types.get(subject.type, set())
    return next(iter(places)) if len(places) == 1 else None


def _configured(settings: Configuration, folder: Path) -> Location | None:
    file = settings.file
    if file is None or not Path(file.path).is_relative_to(folder):
        return None
    line = next(filter(None, (file.line((name,)) for name in _SETTINGS)), 1)
    return Location(file.path, line, 1, line, 1)
