"""Models of services are what botocore reads, wherever they lie."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import create_loader
from botocore.model import ServiceModel, Shape

from auditor.collectors.live.models import models
from auditor.collectors.live.operations import SENT
from auditor.collectors.live.session import open_session

SERVICES = sorted({service for service, _ in SENT})


@pytest.mark.parametrize("kind", ["paginators-1", "waiters-2"])
def test_models_are_those_of_botocore(kind: str) -> None:
    expected = create_loader().load_service_model("kinesis", kind)
    found = models(None).load_service_model("kinesis", kind)
    assert json.dumps(found) == json.dumps(expected)


@pytest.mark.parametrize("service", SERVICES)
def test_models_of_services_are_those_of_botocore(service: str, tmp_path: Path) -> None:
    """But for the operations that are never called, and what only these need."""
    expected = create_loader().load_service_model(service, "service-2")
    # A loader of its own: a client of S3 changes the model that it was made from.
    found = models(str(tmp_path)).load_service_model(service, "service-2")
    known = expected["operations"]
    called = {name: known[name] for name in known if (service, name) in SENT}
    needed = _shapes(ServiceModel(expected, service), called)
    assert found["shapes"].keys() < expected["shapes"].keys()
    assert needed <= found["shapes"].keys()
    # botocore adds a shape of S3 behind the others if it is not there.
    shapes = {name: expected["shapes"][name] for name in found["shapes"]}
    expected |= {"operations": called, "shapes": shapes}
    assert json.dumps(found) == json.dumps(expected)


def _shapes(service: ServiceModel, operations: Collection[str]) -> set[str]:
    """The names of the shapes that botocore itself reaches from operations."""
    found = set[str]()
    todo: list[Shape | None] = []
    for name in operations:
        operation = service.operation_model(name)
        todo += [operation.input_shape, operation.output_shape, *operation.error_shapes]
    while todo:
        shape = todo.pop()
        if shape is not None and shape.name not in found:
            found.add(shape.name)
            todo += getattr(shape, "members", {}).values()
            todo += [getattr(shape, side, None) for side in ("member", "key", "value")]
    return found


@pytest.mark.parametrize("service", SERVICES)
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
