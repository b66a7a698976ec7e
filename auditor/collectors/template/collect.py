"""The template collector: paths to units, one for each root stack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from auditor.collectors.template.accepted import accepted
from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.discovery import candidates
from auditor.collectors.template.documents import child, duplicate_keys, entries, text_of
from auditor.collectors.template.exchange import Exchange
from auditor.collectors.template.library import Library
from auditor.collectors.template.scenarios import scenarios
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.suppressions.model import Suppression

# Judged in about a tenth of a second: less is not worth the way to another process.
_BATCH_BYTES = 100_000


class TemplateCollector:
    """Reads files and folders of templates; raises `UsageError` for a path that does not exist.

    `wanted` says of a path whether to audit it, `root` is the folder of the repository.
    With `skip_others`, a path of a file that is no template is passed over like one in a folder.
    `unsaved` has the content that is read instead of some files', by their real paths.
    """

    def __init__(
        self,
        paths: Sequence[str],
        parameters: Mapping[str, str] | None = None,
        wanted: Callable[[str], bool] | None = None,
        root: Path | None = None,
        skip_others: bool = False,
        unsaved: Mapping[str, bytes] | None = None,
    ) -> None:
        found = candidates(paths, named=not skip_others)
        chosen = [item for item in found if wanted is None or wanted(item.path)]
        self._library = Library(chosen, unsaved or {})
        self._exchange = Exchange(self._library, parameters or {})
        self._root = root

    def batches(self) -> Sequence[range]:
        """Root templates in batches of some size; asking reads what others are nested in."""
        start, size, batches = 0, 0, []
        for number, more in enumerate(self._library.sizes(), 1):
            size += more
            if size >= _BATCH_BYTES:
                batches.append(range(start, number))
                start, size = number, 0
        return [*batches, range(start, len(self._library.sizes()))]

    def collect(self, batch: range | None = None) -> Iterator[Unit]:
        """One unit for each root template, and one with only a gap for each unreadable file."""
        for root in self._library.roots(batch):
            if isinstance(root, Gap):
                yield Unit("", (), (root,))
            else:
                yield self._unit(root)

    def declared(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The path of every template, and the types of its resources by logical id."""
        for path, template in self._library.templates().items():
            resources = entries(template.section("Resources"))
            yield path, {name: text_of(child(node, "Type")) for name, _, node in resources}

    def _unit(self, template: Template) -> Unit:
        path = template.document.path
        gaps = [*template.gaps(), *duplicate_keys(template.document)]

        def build(scenario: Scenario) -> StackTree:
            return self._exchange.tree(template, scenario)

        readings, own = [], list[Suppression]()
        try:
            for scenario in scenarios(build):
                tree = build(scenario)
                resources = tuple(tree.resources())
                context = tuple(self._exchange.context(template, tree))
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
        root, absolute = f"{self._root}{os.sep}", os.path.abspath(path)
        if self._root is None or not absolute.startswith(root):
            return path
        return absolute.removeprefix(root).replace(os.sep, "/")
