"""Templates on their way to another process or machine, which needs no file of this one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from auditor.collectors.template.definitions import beside
from auditor.collectors.template.discovery import Candidate
from auditor.collectors.template.documents import UnreadableError
from auditor.collectors.template.files import Files, Sent
from auditor.collectors.template.library import Library
from auditor.collectors.template.reading import Reader
from auditor.findings import Gap
from auditor.inventory import Unit

_DEFINITION = re.compile(rb"""(?:DefinitionUri|Location)["']?\s*:\s*["']?([^\s"',}]+)""")
_DEFINED_ELSEWHERE = (b"DefinitionUri", b"AWS::Include")


class Parcel(Struct, frozen=True):
    """A root template with everything that it was seen to refer to.

    `candidates` are it and the templates of the scan that it exchanges values with. `here`,
    `names` and `contents` are those of `Sent`.
    """

    template: Candidate
    candidates: tuple[Candidate, ...]
    here: str
    names: Mapping[str, str]
    contents: Mapping[str, bytes | Gap]
    parameters: Mapping[str, str]
    root: str | None

    def opened(self) -> Opened:
        """What is in it."""
        return Opened(self)


class Opened:
    """Reads the root template of a parcel."""

    def __init__(self, parcel: Parcel) -> None:
        self._files = Sent(parcel.here, parcel.names, parcel.contents)
        self._template = parcel.template
        library = Library(parcel.candidates, self._files)
        self._reader = Reader(library, parcel.parameters, parcel.root)

    def collect(self) -> Iterator[Unit]:
        """See `TemplateCollector.collect`."""
        return self._reader.units((self._template,))

    @property
    def lacked(self) -> frozenset[str]:
        """The paths and exported names that were looked for in vain; the sender may know them."""
        return frozenset(self._files.missed | self._reader.exchange.unbound)


class Packing:
    """What a parcel will hold of the files that are added."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.names: dict[str, str] = {}
        self.contents: dict[str, bytes | Gap] = {}

    def add(self, path: str) -> None:
        """Take in a file, and the definitions that stand in files of their own."""
        if path in self.names:
            return
        real = self.names[path] = self._files.real(path)
        if real not in self.contents:
            try:
                self.contents[real] = self._files.read(path)
            except UnreadableError as error:
                self.contents[real] = error.gap
        content = self.contents[real]
        if isinstance(content, bytes) and any(word in content for word in _DEFINED_ELSEWHERE):
            for uri in _DEFINITION.findall(content):
                definition = beside(self._files.shown(path), uri.decode("utf-8", "replace"))
                if self._files.has(definition):
                    self.add(definition)


def packed(reader: Reader, root: Candidate) -> Parcel:
    """The parcel of one of the root templates that a reader has."""
    library = reader.library
    packing, candidates = Packing(library.files), {root}
    packing.add(root.path)
    template = library.link(root)
    for each in reader.exchange.around(template) if template else ():
        if candidate := library.candidate(each):
            candidates.add(candidate)
            packing.add(candidate.path)
        for path in library.nested_paths(each):
            packing.add(path)
    return Parcel(
        root, library.in_order(candidates), library.files.here, packing.names, packing.contents,
        reader.parameters, reader.root,
    )  # fmt: skip
