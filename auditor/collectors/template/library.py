"""The templates of a scan: which files are roots, which are nested in others, what they export."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from yaml.nodes import Node

from auditor.collectors.template.discovery import Candidate
from auditor.collectors.template.documents import (
    MAX_BYTES,
    Document,
    UnreadableError,
    child,
    entries,
    parse,
    text_of,
)
from auditor.collectors.template.files import Files
from auditor.collectors.template.recent import Recent
from auditor.collectors.template.template import NESTED, Template, is_template
from auditor.findings import Gap

_NESTING = (b"TemplateURL", b"AWS::Serverless::Application")
_IMPORTING, _EXPORTING = b"ImportValue", b"Export"
# What is read from files that are no templates may import as well.
_INCLUDING = (b"AWS::Include", b"DefinitionUri")


class Library:
    """Candidates by path, and the documents of those that others may refer to."""

    def __init__(self, candidates: Sequence[Candidate], files: Files) -> None:
        self.files = files
        self.recent = Recent()
        self._gaps: dict[str, Gap] = {}
        self._nesting, self._importing, self._exporting = set[str](), set[str](), set[str]()
        self._includes = False
        self._sizes: dict[str, int] = {}
        self._possible = [item for item in candidates if self._sniff(item)]
        self._linking = self._nesting | self._importing
        # What is nested may import, too. Where nobody can, nobody need know what is exported.
        if self._linking or self._includes:
            self._linking |= self._exporting

    @cached_property
    def roots(self) -> list[Candidate]:
        """The candidates that are nested in no other."""
        nested = self._nested_paths
        if not nested:  # following links of thousands of files takes long
            return self._possible
        return [item for item in self._possible if self.files.real(item.path) not in nested]

    def size(self, candidate: Candidate) -> int:
        """How many bytes it has."""
        return self._sizes.get(candidate.path, 0)

    def link(self, candidate: Candidate) -> Template | None:
        """The template of a candidate that may import, export or nest others."""
        read = self._read(candidate) if candidate.path in self._linking else None
        return read if isinstance(read, Template) else None

    def candidate(self, template: Template) -> Candidate | None:
        """The candidate that a template was read from, or that others nest."""
        return self._by_real.get(template.key)

    def template(self, key: str) -> Template | None:
        """The template of a candidate, read anew where it was forgotten."""
        candidate = self._by_real.get(key)
        return self.link(candidate) if candidate else None

    def in_order(self, candidates: Collection[Candidate]) -> tuple[Candidate, ...]:
        """Some of the candidates in the order in which they were found."""
        return tuple(sorted(candidates, key=self._order.__getitem__))

    @cached_property
    def _order(self) -> dict[Candidate, int]:
        return {item: number for number, item in enumerate(self._possible)}

    @cached_property
    def _by_real(self) -> dict[str, Candidate]:
        return {self.files.real(item.path): item for item in self._possible}

    def read(self, candidates: Sequence[Candidate]) -> Iterator[Template | Gap]:
        """Templates, read one by one; a gap stands for one that cannot be read."""
        for candidate in candidates:
            read = self._read(candidate)
            if read is not None:
                yield read

    @cached_property
    def _nested_paths(self) -> set[str]:
        """The files that are nested in others, and so are read with these.

        Of files that are nested in each other in a circle the first one stays a root.
        """
        inside = {
            self.files.real(item.path): self._inside(template)
            for item in self._possible
            if item.path in self._nesting and (template := self.link(item))
        }
        nested = {path for paths in inside.values() for path in paths}
        reached = set[str]()
        for path in sorted(inside, key=nested.__contains__):
            if path not in reached:
                nested.discard(path)
                reached |= _reach(path, inside)
        return nested

    def templates(self) -> dict[str, Template]:
        """Every template by the path of its file, the nested ones behind the roots."""
        found = [*self.read(self.roots), *map(self.link, self.linking())]
        templates = (item for item in found if isinstance(item, Template))
        return {template.document.path: template for template in templates}

    def linking(self) -> list[Candidate]:
        """The candidates that may import, export or nest others."""
        return [item for item in self._possible if item.path in self._linking]

    def nested(self, parent: Document, node: Node) -> Template | None:
        """The template of a nested stack if it is a local file.

        Raises `UnreadableError` if it cannot be read.
        """
        path = nested_path(parent, node, self.files)
        if path is None:
            return None
        known = self._by_real.get(self.files.real(path))
        return self._parsed(path, self.files.shown(known.path) if known else self.files.named(path))

    def _sniff(self, candidate: Candidate) -> bool:
        """Whether a file can be a template; remembers what it may be linked with."""
        try:
            data = self.files.read(candidate.path)
        except UnreadableError as error:
            self._gaps[candidate.path] = error.gap
            return True
        self._sizes[candidate.path] = len(data)
        if any(word in data for word in _NESTING):
            self._nesting.add(candidate.path)
        self._includes = self._includes or any(word in data for word in _INCLUDING)
        if _IMPORTING in data:
            self._importing.add(candidate.path)
        if _EXPORTING in data:
            self._exporting.add(candidate.path)
        if not candidate.named and len(data) > MAX_BYTES:
            return b"AWS::" in data
        return candidate.named or (
            b"Resources" in data and (b"AWS::" in data or b"Transform" in data)
        )

    def _read(self, candidate: Candidate) -> Template | Gap | None:
        if candidate.path in self._gaps:
            return self._gaps[candidate.path]
        shown = self.files.shown(candidate.path)
        try:
            template = self._parsed(candidate.path, shown, candidate.path in self._linking)
        except UnreadableError as error:
            return error.gap
        if is_template(template.root):
            return template
        reason = "it is not a CloudFormation template: it has no Resources with types"
        return Gap(shown, reason) if candidate.named else None

    def _parsed(self, path: str, shown: str, keep: bool = True) -> Template:
        key = self.files.real(path)
        template = self.recent.get(key)
        if template is None:
            template = Template(parse(shown, self.files.read(path)), key)
            if keep:
                self.recent.keep(template)
        return template

    def _inside(self, template: Template) -> set[str]:
        """The local files that are nested directly in a template."""
        return {self.files.real(path) for path in self.nested_paths(template)}

    def nested_in(self, template: Template) -> Iterator[Template]:
        """The templates that are nested directly in a template, those that can be read."""
        for _, _, node in entries(template.section("Resources")):
            with suppress(UnreadableError):
                if nested := self.nested(template.document, node):
                    yield nested

    def nested_paths(self, template: Template) -> Iterator[str]:
        """The paths of the local files that are nested directly in a template."""
        for _, _, node in entries(template.section("Resources")):
            if path := nested_path(template.document, node, self.files):
                yield path


def _reach(path: str, inside: Mapping[str, set[str]]) -> set[str]:
    """A file and all that are nested in it, at any depth."""
    found, todo = set[str](), [path]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo.extend(inside.get(current, ()))
    return found


def nested_path(parent: Document, node: Node, files: Files) -> str | None:
    """The local file of a nested stack's declaration, relative to its parent's folder."""
    name = NESTED.get(text_of(child(node, "Type")))
    if name is None:
        return None
    # CDK keeps the asset's file name here, since TemplateURL points to S3.
    asset = text_of(child(child(node, "Metadata"), "aws:asset:path"))
    location = asset or text_of(child(child(node, "Properties"), name))
    folder = os.path.dirname(parent.path)
    path = os.path.join(folder, location.removeprefix("file://")) if location else ""
    return path if path and files.has(path) else None
