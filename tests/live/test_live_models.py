"""Models of services are what botocore reads, wherever they lie."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader

from auditor.collectors.live.models import models


@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "waiters-2"])
def test_models_are_those_of_botocore(kind: str) -> None:
    expected = create_loader().load_service_model("kinesis", kind)
    found = models(None).load_service_model("kinesis", kind)
    assert json.dumps(found) == json.dumps(expected)


@pytest.mark.parametrize("packed", [False, True])
def test_models_of_other_folders(tmp_path: Path, packed: bool) -> None:
    text = json.dumps({"metadata": {"serviceId": "Own"}}).encode()
    folder = tmp_path / "own" / "2026-01-01"
    folder.mkdir(parents=True)
    name, content = (
        ("service-2.json.gz", gzip.compress(text)) if packed else ("service-2.json", text)
    )
    (folder / name).write_bytes(content)
    found = models(str(tmp_path)).load_service_model("own", "service-2")
    assert found == {"metadata": {"serviceId": "Own"}}


def test_missing_model() -> None:
    with pytest.raises(UnknownServiceError):
        models(None).load_service_model("nothing", "service-2")
