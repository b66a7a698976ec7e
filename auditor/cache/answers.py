"""What was judged of templates, by all that it depends on: the templates, the rules, the code."""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml
from msgspec import Struct
from msgspec.structs import replace

from auditor import __version__
from auditor.cache.sharing import Sharing
from auditor.cache.store import Store
from auditor.engine import Verdict
from auditor.inventory import Unit
from auditor.parallel import Answer, Judged, Parcel, Work
from auditor.rules import Rule

_FAST = 1  # a tenth of the size, in a fraction of the time that judging takes


class _Kept(Struct, frozen=True, array_like=True):
    """What is kept of a unit and the verdict on it."""

    path: str
    origin: str
    parameters: tuple[str, ...]
    read: bool
    verdict: Verdict
    tags: Mapping[str, Mapping[str, str]]


_Answer = tuple[tuple[_Kept, ...], frozenset[str]]


def _counter(_: type, value: object) -> object:
    """The one kind of value that msgspec does not know."""
    return Counter(cast("dict[str, int]", value))


_decoder = msgspec.msgpack.Decoder(_Answer, dec_hook=_counter)


class Answers(Struct, frozen=True):
    """Looks answers up. `stamp` is the digest of all that they depend on beside the parcel.

    What rules say about all of their findings is not kept, but taken from `rules`, by id.
    """

    store: Store
    stamp: bytes
    rules: Mapping[str, Rule[Any]]

    def recall(self, parcel: Parcel, judge: Callable[[Parcel], Answer]) -> Answer:
        """The answer that was kept, or the one that `judge` gives, which then is kept."""
        try:
            content = msgspec.msgpack.encode(parcel)
        except UnicodeEncodeError:  # a path that is no text
            return judge(parcel)
        key = hashlib.sha256(self.stamp + content).hexdigest()
        kept = self.store.get(key)
        answer = self._decoded(kept) if kept else None
        if answer is None:
            answer = judge(parcel)
            if encoded := _encoded(answer):
                self.store.put(key, encoded)
        return answer

    def _decoded(self, content: bytes) -> Answer | None:
        """The answer that was kept; `None` where something else is."""
        try:
            kept, lacked = _decoder.decode(zlib.decompress(content))
            for unit in kept:
                self._complete(unit.verdict)
        except (zlib.error, msgspec.MsgspecError, KeyError):
            return None
        return Answer(tuple(map(_judged, kept)), lacked)

    def _complete(self, verdict: Verdict) -> None:
        shared = Sharing()
        verdict.findings = [
            shared.finding(each, self.rules[each.rule]) for each in verdict.findings
        ]


def remembering(folder: Path, work: Work) -> Answers | None:
    """The answers that some work gives, and gave before.

    `None` where rules come from something whose changes cannot be seen, such as an archive.
    """
    rules = [(rule.id, rule.severity, rule.options, rule.overridden) for rule in work.rules]
    modules = {rule.body.__module__ for rule in work.rules}
    versions = __version__, sys.version, yaml.__version__
    try:
        parts = (*versions, *_sources(modules), rules, work.draw, work.tags)
    except OSError:
        return None
    # The order of sets would differ from process to process.
    encoded = msgspec.msgpack.encode(parts, enc_hook=repr, order="deterministic")
    stamp = hashlib.sha256(encoded).digest()
    return Answers(Store(folder), stamp, {rule.id: rule for rule in work.rules})


def _sources(modules: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """The files of this program and of the packages of rules, with size and time of change."""
    packages = {__name__, *modules}
    for name in sorted({module.partition(".")[0] for module in packages}):
        module = sys.modules[name]
        if hasattr(module, "__path__"):
            for place in module.__path__:
                yield from _files(place)
        else:  # a rule that a package took from a module of its own
            yield _file(str(module.__file__))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if not entry.is_dir():
            with suppress(FileNotFoundError):  # the lock of an editor is a link to nothing
                yield _file(entry.path)
        elif entry.name != "__pycache__":
            yield from _files(entry.path)


def _file(path: str) -> tuple[str, int, int]:
    stat = Path(path).stat()
    return path, stat.st_size, stat.st_mtime_ns


def _encoded(answer: Answer) -> bytes | None:
    """An answer as it is kept; `None` where a template accepts findings, which holds for a day."""
    units = [judged.unit for judged in answer.judged]
    if any(unit.suppressions or unit.accounts for unit in units):
        return None
    kept = tuple(
        _Kept(
            judged.unit.path, judged.unit.origin, judged.unit.parameters, judged.read,
            _bare(judged.verdict), judged.tags,
        )
        for judged in answer.judged
    )  # fmt: skip
    try:
        return zlib.compress(msgspec.msgpack.encode((kept, frozenset(answer.lacked))), _FAST)
    except UnicodeEncodeError:
        return None


def _bare(verdict: Verdict) -> Verdict:
    findings = [replace(finding, remediation="", guide="") for finding in verdict.findings]
    return replace(verdict, findings=findings)


def _judged(kept: _Kept) -> Judged:
    unit = Unit(kept.path, (), parameters=kept.parameters, origin=kept.origin)
    return Judged(unit, kept.read, kept.verdict, kept.tags)
