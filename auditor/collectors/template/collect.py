"""The template collector: paths to units, one for each root stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.documents import child, duplicate_keys, entries, text_of
from auditor.collectors.template.exchange import Exchange
from auditor.collectors.template.library import Library
from auditor.collectors.template.scenarios import scenarios
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.findings import Gap
from auditor.inventory import Reading, Unit

# Judged in about a tenth of a second: less is not worth the way to another process.
_BATCH_BYTES = 100_000


class TemplateCollector:
    """Reads files and folders of templates; raises `UsageError` for a path that does not exist.

    With `skip_others`, a path of a file that is no template is passed over like one in a folder.
    `unsaved` has the content that is read instead of some files', by their real paths.
    """

    def __init__(
        self,
        paths: Sequence[str],
        parameters: Mapping[str, str] | None = None,
        skip_others: bool = False,
        unsaved: Mapping[str, bytes] | None = None,
    ) -> None:
        self._library = Library(paths, not skip_others, unsaved or {})
        self._exchange = Exchange(self._library, parameters or {})

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
        return Unit(
            path, tuple(readings), tuple(dict.fromkeys(gaps)), parameters=tuple(template.parameters)
        )
