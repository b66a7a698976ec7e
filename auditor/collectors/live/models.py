"""botocore's models of services, parsed in a fraction of the time that botocore takes."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader, create_loader


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
        plain, packed = Path(f"{file_path}.json"), Path(f"{file_path}.json.gz")
        if plain.is_file():
            return msgspec.json.decode(plain.read_bytes())
        if packed.is_file():
            return msgspec.json.decode(gzip.decompress(packed.read_bytes()))
        return None
