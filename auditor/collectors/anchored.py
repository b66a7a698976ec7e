"""Accounts whose resources are shown where the templates of their stacks declare them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from auditor.inventory import Collector, Reading, Unit
from auditor.resources.base import Locator, RawResource
from auditor.tags import LOGICAL_ID, STACK, tags_of

Declared = Mapping[str, Locator]


class AnchoredCollector(Struct, frozen=True):
    """Gives resources of `collector` their places in templates.

    `stacks` maps names of stacks, with `*` and `?` for other text, to paths of templates; of
    several that match, the first counts. `read` gives the places of what a template declares, by
    logical id.
    """

    collector: Collector
    stacks: Mapping[str, str]
    read: Callable[[str], Declared]

    def collect(self) -> Iterator[Unit]:
        """The units of the collector; raises what it raises."""
        templates: dict[str, Declared] = {}
        for unit in self.collector.collect():
            readings = tuple(self._anchored(reading, templates) for reading in unit.readings)
            yield replace(unit, readings=readings)

    def _anchored(self, reading: Reading, templates: dict[str, Declared]) -> Reading:
        return replace(
            reading,
            resources=tuple(self._placed(raw, templates) for raw in reading.resources),
            context=tuple(self._placed(raw, templates) for raw in reading.context),
        )

    def _placed(self, raw: RawResource, templates: dict[str, Declared]) -> RawResource:
        tags = tags_of(raw)
        path = self._template(tags.get(STACK, ""))
        if path is None:
            return raw
        if path not in templates:
            templates[path] = self.read(path)
        locate = templates[path].get(tags.get(LOGICAL_ID, ""))
        return replace(raw, locate=locate) if locate else raw

    def _template(self, stack: str) -> str | None:
        found = (path for name, path in self.stacks.items() if stack and fnmatchcase(stack, name))
        return next(found, None)
