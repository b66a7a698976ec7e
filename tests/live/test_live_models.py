"""Models of services are what botocore reads, wherever they lie."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader

from auditor.collectors.live.models import models
from auditor.collectors.live.operations import SENT
from auditor.collectors.live.session import open_session


@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "waiters-2"])
def test_models_are_those_of_botocore(kind: str) -> None:
    """But for the operations that are never called."""
    expected = create_loader().load_service_model("kinesis", kind)
    found = models(None).load_service_model("kinesis", kind)
    known = expected.get("operations", {})
    called = {name: known[name] for name in known if ("kinesis", name) in SENT}
    if kind == "service-2":
        assert 0 < len(called) < len(known)
        expected["operations"] = called
    assert json.dumps(found) == json.dumps(expected)


@pytest.mark.parametrize("service", sorted({service for service, _ in SENT}))
def test_clients_have_no_method_for_anything_else(service: str) -> None:
    clients = open_session(None, "http://127.0.0.1:1", 1)
    methods = clients.get(service, "us-east-1").meta.method_to_api_mapping.values()
    assert {(service, name) for name in methods} == {one for one in SENT if one[0] == service}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("operations", [{}, {"operations": {}}])
def test_models_of_other_folders(tmp_path: Path, packed: bool, operations: dict[str, Any]) -> None:
    """Those that are never called are left out; a model need not have any."""
    expected = {"metadata": {"serviceId": "Own"}, **operations}
    given = {**expected, **{name: {"DeleteAll": {}} for name in operations}}
    text = json.dumps(given).encode()
    folder = tmp_path / "own" / "2026-01-01"
    folder.mkdir(parents=True)
    name, content = (
        ("service-2.json.gz", gzip.compress(text)) if packed else ("service-2.json", text)
    )
    (folder / name).write_bytes(content)
    assert models(str(tmp_path)).load_service_model("own", "service-2") == expected


def test_data_of_a_folder_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "endpoints.json").write_text('{"partitions": []}')
    monkeypatch.chdir(tmp_path)
    assert models("own").load_data("endpoints") == {"partitions": []}


def test_missing_model() -> None:
    with pytest.raises(UnknownServiceError):
        models(None).load_service_model("nothing", "service-2")
