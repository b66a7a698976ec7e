"""The templates of a scan: which files are roots, which are nested in others, what they export."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property

from yaml.nodes import Node

from auditor.collectors.template.discovery import STANDARD_INPUT, Candidate
from auditor.collectors.template.documents import (
    MAX_BYTES,
    Document,
    UnreadableError,
    child,
    entries,
    parse,
    text_of,
)
from auditor.collectors.template.template import NESTED, Template, is_template
from auditor.findings import Gap

_LINKING = (b"TemplateURL", b"AWS::Serverless::Application", b"ImportValue", b"Export")


class Library:
    """Candidates by path, and the documents of those that others may refer to.

    `unsaved` holds what is read instead of some files, by their real paths.
    """

    def __init__(self, candidates: list[Candidate], unsaved: Mapping[str, bytes]) -> None:
        self._unsaved = unsaved
        self._candidates = candidates
        self._templates: dict[str, Template] = {}
        self._gaps: dict[str, Gap] = {}
        self._linking = set[str]()
        self._sizes: dict[str, int] = {}
        self._possible = [item for item in self._candidates if self._sniff(item)]

    @cached_property
    def _roots(self) -> list[Candidate]:
        """The candidates that are nested in no other."""
        nested = self._nested_paths
        return [item for item in self._possible if os.path.realpath(item.path) not in nested]

    def sizes(self) -> list[int]:
        """How many bytes each root has, in their order."""
        return [self._sizes.get(item.path, 0) for item in self._roots]

    def roots(self, batch: range | None = None) -> Iterator[Template | Gap]:
        """Root templates in order, read one by one; a gap stands for one that cannot be read.

        `batch` says which of them, all by default.
        """
        for number in range(len(self._roots)) if batch is None else batch:
            read = self._read(self._roots[number])
            if read is not None:
                yield read

    @cached_property
    def _nested_paths(self) -> set[str]:
        """The files that are nested in others, and so are read with these.

        Of files that are nested in each other in a circle the first one stays a root.
        """
        inside = {
            os.path.realpath(template.document.path): _inside(template)
            for template in self.linked()
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
        found = [*self.roots(), *self.linked()]
        templates = (item for item in found if isinstance(item, Template))
        return {template.document.path: template for template in templates}

    def linked(self) -> list[Template]:
        """Templates that import, export or nest others; they stay in memory."""
        read = [self._read(item) for item in self._possible if item.path in self._linking]
        return [item for item in read if isinstance(item, Template)]

    def nested(self, parent: Document, node: Node) -> Template | None:
        """The template of a nested stack if it is a local file.

        Raises `UnreadableError` if it cannot be read.
        """
        path = nested_path(parent, node)
        if path is None:
            return None
        real = os.path.realpath(path)
        if real not in self._templates:
            candidate = Candidate(
                os.path.relpath(path) if not os.path.isabs(path) else path, named=True
            )
            self._templates[real] = Template(parse(candidate.shown, self._content(candidate)))
        return self._templates[real]

    def _content(self, candidate: Candidate) -> bytes:
        if self._unsaved and (data := self._unsaved.get(_key(candidate))) is not None:
            return data
        return candidate.read()

    def _sniff(self, candidate: Candidate) -> bool:
        """Whether a file can be a template; remembers what it may be linked with."""
        try:
            data = self._content(candidate)
        except UnreadableError as error:
            self._gaps[candidate.path] = error.gap
            return True
        self._sizes[candidate.path] = len(data)
        if candidate.once:
            self._keep(candidate, data)
        if any(word in data for word in _LINKING):
            self._linking.add(candidate.path)
        if not candidate.named and len(data) > MAX_BYTES:
            return b"AWS::" in data
        return candidate.named or (
            b"Resources" in data and (b"AWS::" in data or b"Transform" in data)
        )

    def _keep(self, candidate: Candidate, data: bytes) -> None:
        try:
            self._templates[_key(candidate)] = Template(parse(candidate.shown, data))
        except UnreadableError as error:
            self._gaps[candidate.path] = error.gap

    def _read(self, candidate: Candidate) -> Template | Gap | None:
        if candidate.path in self._gaps:
            return self._gaps[candidate.path]
        key = _key(candidate)
        template = self._templates.get(key)
        if template is None:
            try:
                template = Template(parse(candidate.shown, self._content(candidate)))
            except UnreadableError as error:
                return error.gap
            if candidate.path in self._linking:
                self._templates[key] = template
        if is_template(template.root):
            return template
        reason = "it is not a CloudFormation template: it has no Resources with types"
        return Gap(candidate.shown, reason) if candidate.named else None


def _inside(template: Template) -> set[str]:
    """The local files that are nested directly in a template."""
    nodes = (node for _, _, node in entries(template.section("Resources")))
    paths = (nested_path(template.document, node) for node in nodes)
    return {os.path.realpath(path) for path in paths if path}


def _reach(path: str, inside: Mapping[str, set[str]]) -> set[str]:
    """A file and all that are nested in it, at any depth."""
    found, todo = set[str](), [path]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo.extend(inside.get(current, ()))
    return found


def _key(candidate: Candidate) -> str:
    return candidate.path if candidate.path == STANDARD_INPUT else os.path.realpath(candidate.path)


def nested_path(parent: Document, node: Node) -> str | None:
    """The local file of a nested stack's declaration, relative to its parent's folder."""
    name = NESTED.get(text_of(child(node, "Type")))
    if name is None:
        return None
    # CDK keeps the asset's file name here, since TemplateURL points to S3.
    asset = text_of(child(child(node, "Metadata"), "aws:asset:path"))
    location = asset or text_of(child(child(node, "Properties"), name))
    folder = os.path.dirname(parent.path)
    path = os.path.join(folder, location.removeprefix("file://")) if location else ""
    return path if path and os.path.isfile(path) else None
