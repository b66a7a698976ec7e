"""From root templates to units, whatever machine they were found on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from auditor.collectors.template.accepted import accepted
from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.discovery import Candidate
from auditor.collectors.template.documents import duplicate_keys
from auditor.collectors.template.exchange import Exchange
from auditor.collectors.template.library import Library
from auditor.collectors.template.scenarios import scenarios
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.suppressions.model import Suppression


class Reader:
    """Reads the templates of a library. `root` is the folder of the repository."""

    def __init__(self, library: Library, parameters: Mapping[str, str], root: str | None) -> None:
        self.library = library
        self.exchange = Exchange(library, parameters)
        self.parameters = parameters
        self.root = root

    def units(self, roots: Sequence[Candidate]) -> Iterator[Unit]:
        """One unit for each root template, and one with only a gap for each unreadable file."""
        self.exchange.prepare()
        for root in self.library.read(roots):
            if isinstance(root, Gap):
                yield Unit("", (), (root,))
            else:
                yield self._unit(root)
            self.library.recent.forget()

    def _unit(self, template: Template) -> Unit:
        path = template.document.path
        gaps = [*template.gaps(), *duplicate_keys(template.document)]

        def build(scenario: Scenario) -> StackTree:
            return self.exchange.tree(template, scenario)

        readings, own = [], list[Suppression]()
        try:
            for scenario in scenarios(build):
                tree = build(scenario)
                resources = tuple(tree.resources())
                context = tuple(self.exchange.context(template, tree))
                readings.append(Reading(resources, {}, context, scenario.label))
                gaps += tree.gaps
                own = own or list(accepted(tree.stacks()))
        except RecursionError:
            gaps.append(Gap(path, "its values refer to each other too deeply to be followed"))
        return Unit(
            path,
            tuple(readings),
            tuple(dict.fromkeys(gaps)),
            parameters=tuple(template.parameters),
            suppressions=tuple(own),
            origin=self.origin(path),
        )

    def origin(self, path: str) -> str:
        """The path from the root of the repository, so that it is the same from every folder."""
        root, absolute = f"{self.root}{os.sep}", self.library.files.absolute(path)
        if self.root is None or not absolute.startswith(root):
            return path
        return absolute.removeprefix(root).replace(os.sep, "/")
