"""Exports and imports between the templates of one scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from weakref import proxy, ref

from yaml.nodes import Node

from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.documents import child, children
from auditor.collectors.template.library import Library
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.resources import RawResource
from auditor.values import Unknown


class Exchange:
    """Binds `Fn::ImportValue` to the export of another template that is in the scan too.

    The other templates are read under their default scenario, each with its path as prefix of its
    logical ids, so that a reference across stacks leads to the very resource.
    """

    def __init__(self, library: Library, given: Mapping[str, str]) -> None:
        self._library = library
        self._given = given
        self._names = dict[int, list[str]]()
        self.unbound = set[str]()

    def prepare(self) -> None:
        """Find out who imports from whom, which processes that start later then know."""
        _ = self._adjacent

    def tree(self, template: Template, scenario: Scenario) -> StackTree:
        """The tree of a template whose imports are bound."""
        around = _Neighbourhood(self, template)
        home = self.build(template, scenario, "", around.imported)
        around.settle(home)
        return home

    def context(self, template: Template, home: StackTree) -> Iterator[RawResource]:
        """The resources of templates that this one imports from, or that import from it."""
        neighbours = self._neighbours(template)
        if neighbours:
            around = _Neighbourhood(self, template)
            around.settle(home)
            for other in neighbours:
                yield from around.tree(other).resources()

    def build(
        self,
        template: Template,
        scenario: Scenario,
        prefix: str,
        imported: Callable[[str], object],
    ) -> StackTree:
        """A tree with what its imports are."""
        return StackTree(self._library, template, self._given, scenario, prefix, imported)

    def exporter(self, name: str) -> tuple[Template, Node] | None:
        """The template that exports a name, and the exported value's node.

        Names that no template exports are kept in `unbound`.
        """
        found = self._exports.get(name)
        if found is None:
            self.unbound.add(name)
        return found

    def around(self, template: Template) -> list[Template]:
        """A template with those that import from it, and all that the values of these come from."""
        found = {id(each): each for each in (template, *self._neighbours(template))}
        todo = list(found.values())
        while todo:
            current = todo.pop()
            exporters = (self.exporter(name) for name in self._imported(current))
            others = [each[0] for each in exporters if each]
            for other in (*others, *self._library.nested_in(current)):
                if id(other) not in found:
                    found[id(other)] = other
                    todo.append(other)
        return list(found.values())

    @cached_property
    def _exports(self) -> dict[str, tuple[Template, Node]]:
        found: dict[str, tuple[Template, Node]] = {}
        for template in self._library.linked():
            # What cannot be followed is a gap of its own template, not of those around it.
            with suppress(RecursionError):
                for name, value in self._exported(template):
                    found.setdefault(name, (template, value))
        return found

    def _exported(self, template: Template) -> Iterator[tuple[str, Node]]:
        tree = StackTree(self._library, template, self._given, Scenario())
        for output in template.outputs.values():
            name = child(child(output, "Export"), "Name")
            value = child(output, "Value")
            if name is not None and value is not None:
                yield _text(tree.root.value(name)), value

    def _neighbours(self, template: Template) -> list[Template]:
        return list(self._adjacent.get(id(template), {}).values())

    @cached_property
    def _adjacent(self) -> dict[int, dict[int, Template]]:
        """Importers and exporters of each template, both by identity."""
        found: dict[int, dict[int, Template]] = defaultdict(dict)
        for importer in self._library.linked():
            for name in self._imported(importer):
                exporter, _ = self.exporter(name) or (importer, None)
                if exporter is not importer:
                    found[id(importer)][id(exporter)] = exporter
                    found[id(exporter)][id(importer)] = importer
        return found

    def _imported(self, template: Template) -> list[str]:
        """The names that a template imports under its default scenario."""
        if id(template) not in self._names:
            self._names[id(template)] = []
            with suppress(RecursionError):
                self._names[id(template)] = self._import_names(template)
        return self._names[id(template)]

    def _import_names(self, template: Template) -> list[str]:
        tree = StackTree(self._library, template, self._given, Scenario())
        stack = tree.root
        return [
            _text(stack.evaluator.bare(node) if node.tag == "!ImportValue" else stack.value(node))
            for node in _imports(template.root)
        ]


class _Neighbourhood:
    """A template and those that it exchanges values with, each read once."""

    def __init__(self, exchange: Exchange, template: Template) -> None:
        self._exchange = exchange
        self._template = template
        self._home: ref[StackTree] | None = None
        self._trees: dict[int, StackTree] = {}
        self._values: dict[str, object] = {}

    def settle(self, home: StackTree) -> None:
        """Set the tree of the template itself, which owns its neighbourhood."""
        self._home = ref(home)

    def tree(self, template: Template) -> StackTree:
        """The tree of a neighbour, under its default scenario, or of the template itself."""
        home = self._home() if self._home and template is self._template else None
        if home is not None:
            return home
        if id(template) not in self._trees:
            prefix = f"{template.document.path}#"
            around: _Neighbourhood = proxy(self)  # it owns the tree, see `Evaluator`

            def imported(name: str) -> object:
                return around.imported(name)

            tree = self._exchange.build(template, Scenario(), prefix, imported)
            self._trees[id(template)] = tree
        return self._trees[id(template)]

    def imported(self, name: str) -> object:
        """The exported value, or an unknown that is external."""
        exported = self._exchange.exporter(name)
        if exported is None:
            return Unknown(
                f"{name} is exported by a stack that was not read", f"${{import:{name}}}", True
            )
        if name not in self._values:
            self._values[name] = Unknown(f"the stacks import {name} from each other in a circle")
            template, node = exported
            self._values[name] = self.tree(template).root.value(node)
        return self._values[name]


def _text(value: object) -> str:
    return str(value.text if isinstance(value, Unknown) else value)


def _imports(node: Node) -> Iterator[Node]:
    if node.tag == "!ImportValue":
        yield node
        return
    argument = child(node, "Fn::ImportValue")
    if argument is not None:
        yield argument
    for inner in children(node):
        yield from _imports(inner)
