"""botocore's models of services, parsed in a fraction of the time that botocore takes."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader, create_loader

from auditor.collectors.live.operations import SENT


@cache
def models(data_path: str | None) -> Loader:
    """Reads models, each once for all sessions, also from the folders of `AWS_DATA_PATH`."""
    loader = create_loader(data_path)
    loader.file_loader = _Files()
    return loader


class _Files(JSONFileLoader):
    """Makes plain dictionaries, which keep their order as well.

    Of a service they hold what msgaudit calls and no more: a client has no method that changes
    anything, and is made in less time, as each operation takes its share of it.
    """

    def load_file(self, file_path: str) -> Any:
        """The content of a file that is named without its ending; `None` where there is none."""
        path = Path(file_path)
        content = _content(path)
        if content is None:
            return None
        found = msgspec.json.decode(content)
        if path.name == "service-2" and (known := found.get("operations")):
            service = path.parent.parent.name
            found["operations"] = {k: v for k, v in known.items() if (service, k) in SENT}
        return found


def _content(path: Path) -> bytes | None:
    plain, packed = Path(f"{path}.json"), Path(f"{path}.json.gz")
    if plain.is_file():
        return plain.read_bytes()
    if packed.is_file():
        return gzip.decompress(packed.read_bytes())
    return None
