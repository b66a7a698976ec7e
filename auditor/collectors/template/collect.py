"""The template collector: paths to units, one for each root stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.documents import duplicate_keys
from auditor.collectors.template.exchange import Exchange
from auditor.collectors.template.library import Library
from auditor.collectors.template.scenarios import scenarios
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.findings import Gap
from auditor.inventory import Reading, Unit


class TemplateCollector:
    """Reads files and folders of templates; raises `UsageError` for a path that does not exist."""

    def __init__(self, paths: Sequence[str], parameters: Mapping[str, str] | None = None) -> None:
        self._library = Library(paths)
        self._given = parameters or {}
        self._exchange = Exchange(self._library, self._given)
        self._declared = set[str]()

    def collect(self) -> Iterator[Unit]:
        """One unit for each root template, and one with only a gap for each unreadable file."""
        for root in self._library.roots():
            if isinstance(root, Gap):
                yield Unit("", (), (root,))
            else:
                yield self._unit(root)

    def undeclared(self) -> list[str]:
        """Given parameters that no template read so far declares: misspelt, most likely."""
        pseudo = (name for name in self._given if name.startswith("AWS::"))
        return sorted(self._given.keys() - self._declared - set(pseudo))

    def _unit(self, template: Template) -> Unit:
        path = template.document.path
        self._declared.update(template.parameters)
        gaps = [*template.gaps(), *duplicate_keys(template.document)]

        def build(scenario: Scenario) -> StackTree:
            return self._exchange.tree(template, scenario)

        readings = []
        try:
            for scenario in scenarios(build):
                tree = build(scenario)
                resources = tuple(tree.resources())
                context = tuple(self._exchange.context(template, tree))
                readings.append(Reading(resources, {}, context, scenario.label))
                gaps += tree.gaps
        except RecursionError:
            gaps.append(Gap(path, "its values refer to each other too deeply to be followed"))
        return Unit(path, tuple(readings), tuple(dict.fromkeys(gaps)))
