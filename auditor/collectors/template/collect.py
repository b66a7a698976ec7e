"""The template collector: paths to units, one for each root stack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from auditor.collectors.template.discovery import Candidate, candidates
from auditor.collectors.template.documents import child, entries, text_of
from auditor.collectors.template.files import Files
from auditor.collectors.template.library import Library
from auditor.collectors.template.parcel import Parcel, packed
from auditor.collectors.template.reading import Reader
from auditor.findings import Gap
from auditor.inventory import Unit

# Judged in about 50 ms. With more, one process waits longer for the other's last batch; with less,
# more is sent.
_BATCH_BYTES = 50_000

Batch = tuple[Candidate, ...]


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
        self._library = Library(chosen, Files(unsaved))
        self._reader = Reader(self._library, parameters or {}, str(root) if root else None)

    def batches(self, jobs: int = 1) -> Sequence[Batch]:
        """Root templates in batches of some size; asking reads those that others refer to."""
        self._reader.exchange.prepare(jobs)
        batches, batch, size = [], list[Candidate](), 0
        for root in self._library.roots:
            batch.append(root)
            size += self._library.size(root)
            if size >= _BATCH_BYTES:
                batches.append(tuple(batch))
                batch, size = [], 0
        return [*batches, tuple(batch)] if batch else batches

    def parcels(self, batch: Batch) -> tuple[Parcel, ...]:
        """The roots of a batch, each with all that it is read from."""
        return tuple(packed(self._reader, root) for root in batch)

    def knows(self, lacked: Collection[str]) -> bool:
        """Whether any of what a parcel lacked is here: a file, or a name that is exported."""
        exchange, files = self._reader.exchange, self._library.files
        return any(files.has(item) or exchange.exporter(item) for item in lacked)

    def unread(self, batch: Batch, reason: str) -> Iterator[Unit]:
        """What is left of a batch that nobody could read."""
        for item in batch:
            yield Unit("", (), (Gap(self._library.files.shown(item.path), reason),))

    def collect(self, batch: Batch | None = None) -> Iterator[Unit]:
        """One unit for each root template, and one with only a gap for each unreadable file.

        `batch` says for which of them, all by default.
        """
        return self._reader.units(self._library.roots if batch is None else batch)

    def declared(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The path of every template, and the types of its resources by logical id."""
        for path, template in self._library.templates().items():
            resources = entries(template.section("Resources"))
            yield path, {name: text_of(child(node, "Type")) for name, _, node in resources}

    def origin(self, path: str) -> str:
        """The path from the root of the repository, so that it is the same from every folder."""
        return self._reader.origin(path)
