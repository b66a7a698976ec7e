"""Exports and imports between the templates of one scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from weakref import proxy, ref

from msgspec import Struct
from yaml.nodes import Node

from auditor.collectors.template.conditions import Scenario
from auditor.collectors.template.discovery import Candidate
from auditor.collectors.template.documents import child, children
from auditor.collectors.template.library import Library
from auditor.collectors.template.template import Template
from auditor.collectors.template.tree import StackTree
from auditor.processes import CAN_FORK, side_by_side
from auditor.resources import RawResource
from auditor.tasks import Failure
from auditor.values import Unknown

# So many templates take longer to read than other processes to start.
_MANY = 200


class Links(Struct, frozen=True):
    """What the template with a key exchanges: the names that it imports, and its exports.

    Of these, each has the name of its output.
    """

    key: str
    imported: list[str]
    exported: dict[str, str]


class Exchange:
    """Binds `Fn::ImportValue` to the export of another template that is in the scan too.

    The other templates are read under their default scenario, each with its path as prefix of its
    logical ids, so that a reference across stacks leads to the very resource. What is known of
    them is kept by their keys in the library, which reads them anew when it has to.
    """

    def __init__(self, library: Library, given: Mapping[str, str]) -> None:
        self.library = library
        self._given = given
        self._exports = dict[str, tuple[str, str]]()
        self._names = dict[str, list[str]]()
        # Importers and exporters of each template.
        self._adjacent: dict[str, dict[str, None]] = defaultdict(dict)
        self.unbound = set[str]()
        self._prepared = False

    def prepare(self, jobs: int = 1) -> None:
        """Find out, once and before all else, who imports what from whom.

        Up to `jobs` processes look where many do. Processes that start later know it.
        """
        if self._prepared:
            return
        self._prepared = True
        for links in self._found(self.library.linking(), jobs):
            if isinstance(links, Links):
                self._names[links.key] = links.imported
                for name, output in links.exported.items():
                    self._exports.setdefault(name, (links.key, output))
        for importer, names in self._names.items():
            for name in names:
                exporter, _ = self.exporter(name) or (importer, "")
                if exporter != importer:
                    self._adjacent[importer][exporter] = None
                    self._adjacent[exporter][importer] = None

    def _found(
        self, candidates: Sequence[Candidate], jobs: int
    ) -> Iterable[Links | Failure | None]:
        if jobs > 1 and CAN_FORK and len(candidates) >= _MANY:
            return side_by_side(Exchange._links, self, candidates, jobs)
        return map(self._links, candidates)

    def _links(self, candidate: Candidate) -> Links | None:
        template = self.library.link(candidate)
        if template is None:
            return None
        links = Links(template.key, self._imported(template), {})
        # What cannot be followed is a gap of its own template, not of those around it.
        with suppress(RecursionError):
            for name, output in self._exported(template):
                links.exported.setdefault(name, output)
        self.library.recent.forget()
        return links

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
        return StackTree(self.library, template, self._given, scenario, prefix, imported)

    def exporter(self, name: str) -> tuple[str, str] | None:
        """The key of the template that exports a name, and the output that does.

        Names that no template exports are kept in `unbound`.
        """
        found = self._exports.get(name)
        if found is None:
            self.unbound.add(name)
        return found

    def around(self, template: Template) -> list[Template]:
        """A template with those that import from it, and all that the values of these come from."""
        found = {each.key: each for each in (template, *self._neighbours(template))}
        todo = list(found.values())
        while todo:
            current = todo.pop()
            keys = [each[0] for name in self._imported(current) if (each := self.exporter(name))]
            others = filter(None, map(self.library.template, keys))
            for other in (*others, *self.library.nested_in(current)):
                if other.key not in found:
                    found[other.key] = other
                    todo.append(other)
        return list(found.values())

    def _exported(self, template: Template) -> Iterator[tuple[str, str]]:
        tree = StackTree(self.library, template, self._given, Scenario())
        for id_, output in template.outputs.items():
            name = child(child(output, "Export"), "Name")
            if name is not None and child(output, "Value") is not None:
                yield _text(tree.root.value(name)), id_

    def _neighbours(self, template: Template) -> list[Template]:
        keys = self._adjacent.get(template.key, ())
        return list(filter(None, map(self.library.template, keys)))

    def _imported(self, template: Template) -> list[str]:
        """The names that a template imports under its default scenario."""
        if template.key not in self._names:
            self._names[template.key] = []
            with suppress(RecursionError):
                self._names[template.key] = self._import_names(template)
        return self._names[template.key]

    def _import_names(self, template: Template) -> list[str]:
        tree = StackTree(self.library, template, self._given, Scenario())
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
        self._trees: dict[str, StackTree] = {}
        self._values: dict[str, object] = {}

    def settle(self, home: StackTree) -> None:
        """Set the tree of the template itself, which owns its neighbourhood."""
        self._home = ref(home)

    def tree(self, template: Template) -> StackTree:
        """The tree of a neighbour, under its default scenario, or of the template itself."""
        home = self._home() if self._home and template is self._template else None
        if home is not None:
            return home
        if template.key not in self._trees:
            prefix = f"{template.document.path}#"
            around: _Neighbourhood = proxy(self)  # it owns the tree, see `Evaluator`

            def imported(name: str) -> object:
                return around.imported(name)

            tree = self._exchange.build(template, Scenario(), prefix, imported)
            self._trees[template.key] = tree
        return self._trees[template.key]

    def imported(self, name: str) -> object:
        """The exported value, or an unknown that is external."""
        key, output = self._exchange.exporter(name) or ("", "")
        template = self._exchange.library.template(key)
        if template is None:
            return Unknown(
                f"{name} is exported by a stack that was not read", f"${{import:{name}}}", True
            )
        if name not in self._values:
            self._values[name] = Unknown(f"the stacks import {name} from each other in a circle")
            self._values[name] = self.tree(template).root.output(output)
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
