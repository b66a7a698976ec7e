"""botocore's models of services, parsed in a fraction of the time that botocore takes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader, create_loader

from auditor.collectors.live.operations import SENT

_SHAPE = re.compile(rb'"shape"\s*:\s*"(\w+)"')
_decoded = msgspec.json.decode
_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


@cache
def models(data_path: str | None) -> Loader:
    """Reads models, each once for all sessions, also from the folders of `AWS_DATA_PATH`."""
    loader = create_loader(data_path)
    loader.file_loader = _Files()
    return loader


class _Files(JSONFileLoader):
    """Makes plain dictionaries, which keep their order as well."""

    def load_file(self, file_path: str) -> Any:
        """The content of a file that is named without its ending; `None` where there is none."""
        path = Path(file_path)
        content = _content(path)
        if content is None:
            return None
        if path.name == "service-2":
            return _called(path.parent.parent.name, content)
        return _decoded(content)


def _called(service: str, content: bytes) -> dict[str, Any]:
    """A service's model of what msgaudit calls, and of the shapes that this needs.

    A client has no method that changes anything, and is made in less time, as each operation and
    shape takes its share of it: EC2 has thousands.
    """
    model = _split(content)
    known = _split(model.get("operations", b"{}"))
    called = {name: raw for name, raw in known.items() if (service, name) in SENT}
    kept: Mapping[str, Mapping[str, bytes]] = {
        "operations": called,
        "shapes": _reached(called.values(), _split(model.get("shapes", b"{}"))),
    }
    return {
        key: {name: _decoded(each) for name, each in kept[key].items()}
        if key in kept
        else _decoded(raw)
        for key, raw in model.items()
    }


def _reached(operations: Iterable[bytes], shapes: Mapping[str, bytes]) -> dict[str, bytes]:
    """The shapes that operations name, and those that these name, in the order of the model."""
    found, todo = set[str](), list(operations)
    while todo:
        named = {match.decode() for match in _SHAPE.findall(todo.pop())} - found
        found |= named
        todo += [shapes[name] for name in named if name in shapes]
    return {name: raw for name, raw in shapes.items() if name in found}


def _content(path: Path) -> bytes | None:
    plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
    if plain.is_file():
        return plain.read_bytes()
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    return None
