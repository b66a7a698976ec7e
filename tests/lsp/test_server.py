"""An editor talks to the real `msgaudit lsp` process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.process import FAILING, PASSING, msgaudit
from tests.lsp.client import Client, applied

Json = dict[str, Any]
LINKED = """Resources:
  Dead:
    Type: AWS::SQS::Queue
  Orders:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
"""


TOLD = "alarm-actions: ['arn:aws:sns:eu-west-1:111122223333:alerts']\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("workspace")
    (made / ".msgaudit.yaml").write_text(TOLD)
    return made


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    """One editor for all tests: starting a server takes longer than they do."""
    made = Client(folder)
    yield made
    made.kill()


@pytest.fixture
def uri(client: Client, folder: Path) -> Iterator[str]:
    """A file that has another content than the editor shows."""
    path = folder / "template.yaml"
    path.write_text(PASSING)
    yield path.as_uri()
    client.shut(path.as_uri())


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Client]:
    """An editor with a folder of its own."""
    made = Client(tmp_path, {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
    yield made
    made.kill()


def codes(diagnostics: list[Json]) -> set[str]:
    return {item["code"] for item in diagnostics}


def actions(client: Client, uri: str, diagnostic: Json) -> dict[str, Json]:
    params = {
        "textDocument": {"uri": uri},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    }
    return {item["title"]: item for item in client.ask("textDocument/codeAction", params)}


def test_it_says_what_it_can(other: Client) -> None:
    offered = other.capabilities["capabilities"]
    assert offered["hoverProvider"]
    assert offered["codeActionProvider"]["codeActionKinds"] == ["quickfix"]
    assert other.capabilities["serverInfo"]["name"] == "msgaudit"
    [asked] = other.wait_for("client/registerCapability")["registrations"]
    assert asked["method"] == "workspace/didChangeWatchedFiles"
    watched = {item["globPattern"] for item in asked["registerOptions"]["watchers"]}
    assert watched == {"**/.msgaudit.yaml", "**/.msgaudit.yml", "**/pyproject.toml"}
    assert other.close() == 0


def test_the_text_in_the_editor_is_audited(client: Client, uri: str) -> None:
    [finding, other] = sorted(
        client.open(uri, FAILING), key=lambda item: item["code"], reverse=True
    )
    assert (finding["code"], other["code"]) == ("SQS030", "SQS027")
    assert finding["message"] == "Orders has no dead-letter queue"
    assert finding["source"] == "msgaudit"
    assert (finding["severity"], other["severity"]) == (1, 3)
    start = {"line": 1, "character": 2}
    assert finding["range"] == {"start": start, "end": {"line": 1, "character": 8}}


def test_typing_brings_the_latest_text(client: Client, uri: str) -> None:
    assert "SQS030" in codes(client.open(uri, FAILING))
    for version in range(2, 12):
        client.change(uri, version, PASSING if version == 11 else FAILING)
    assert "SQS030" not in codes(client.diagnostics(11))


def test_half_typed_text_is_a_gap_and_no_end(client: Client, uri: str) -> None:
    [gap] = client.open(uri, "Resources:\n  Orders: {Type: AWS::SQS::Queue")
    assert "not valid YAML" in gap["message"]
    client.change(uri, 2, FAILING)
    assert "SQS030" in codes(client.diagnostics(2))


def test_what_is_no_template_is_left_alone(client: Client, uri: str) -> None:
    assert client.open(uri, "kind: A\n---\nkind: B\n") == []


def test_a_text_that_was_never_saved(client: Client, folder: Path) -> None:
    for uri in ("untitled:Untitled-1", (folder / "new.yaml").as_uri()):
        assert "SQS030" in codes(client.open(uri, FAILING))
        client.shut(uri)


def test_a_closed_document_has_no_diagnostics(client: Client, uri: str) -> None:
    client.open(uri, FAILING)
    assert client.shut(uri) == []


def test_related_places_are_linked(client: Client, uri: str) -> None:
    found = {item["code"]: item for item in client.open(uri, LINKED)}
    [related] = found["SQS034"]["relatedInformation"]
    assert related["location"] == {
        "uri": uri,
        "range": {"start": {"line": 3, "character": 2}, "end": {"line": 3, "character": 8}},
    }


def test_hover_explains(client: Client, uri: str) -> None:
    client.open(uri, FAILING)
    params: Json = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
    content = client.ask("textDocument/hover", params)["contents"]
    assert content["kind"] == "markdown"
    assert "**SQS030 queue-without-dlq**" in content["value"]
    assert "```yaml" in content["value"]
    params["position"] = {"line": 2, "character": 6}
    assert client.ask("textDocument/hover", params) is None


@pytest.mark.parametrize("text", [FAILING, FAILING.rstrip("\n"), f"# 😀\n{FAILING}# 😀"])
def test_a_fix_is_applied(client: Client, uri: str, text: str) -> None:
    [finding] = [item for item in client.open(uri, text) if item["code"] == "SQS030"]
    action = actions(client, uri, finding)["Fix SQS030 queue-without-dlq"]
    assert action["kind"] == "quickfix"
    assert action["isPreferred"]
    assert action["diagnostics"] == [finding]
    after = applied(text, action["edit"]["changes"][uri])
    assert "deadLetterTargetArn: !GetAtt OrdersDlq.Arn" in after
    assert "ReceiveMessageWaitTimeSeconds" not in after
    client.change(uri, 2, after)
    assert "SQS030" not in codes(client.diagnostics(2))


def test_a_finding_is_suppressed(client: Client, uri: str) -> None:
    found = {item["code"]: item for item in client.open(uri, FAILING)}
    action = actions(client, uri, found["SQS030"])["Suppress SQS030 on Orders"]
    once = applied(FAILING, action["edit"]["changes"][uri])
    entry = {"id": "SQS030", "reason": "say why this is fine"}
    orders = yaml.safe_load(once)["Resources"]["Orders"]
    assert orders["Metadata"] == {"msgaudit": {"ignore": [entry]}}
    client.change(uri, 2, once)
    found = {item["code"]: item for item in client.diagnostics(2)}
    assert found.keys() == {"SQS027"}
    action = actions(client, uri, found["SQS027"])["Suppress SQS027 on Orders"]
    orders = yaml.safe_load(applied(once, action["edit"]["changes"][uri]))["Resources"]["Orders"]
    assert orders["Metadata"]["msgaudit"]["ignore"] == [entry, {**entry, "id": "SQS027"}]


def test_no_fix_is_offered_where_none_is_safe(client: Client, uri: str) -> None:
    text = "Resources:\n  Orders: &q\n    Type: AWS::SQS::Queue\n  Two: *q\n"
    finding = next(item for item in client.open(uri, text) if item["code"] == "SQS030")
    assert actions(client, uri, finding) == {}


def test_the_configuration_counts_as_it_is_now(other: Client, tmp_path: Path) -> None:
    settings = tmp_path / ".msgaudit.yaml"
    uri = (tmp_path / "new.yaml").as_uri()
    (tmp_path / "old.yaml").write_text(FAILING)
    assert codes(other.open(uri, FAILING)) == {"SQS030", "SQS027"}
    settings.write_text("ignore: [SQS030]\nexclude: [old.yaml]\n")
    other.change(uri, 2, FAILING)
    assert codes(other.diagnostics(2)) == {"SQS030", "SQS027"}  # the very same text
    other.change(uri, 3, f"{FAILING}# more\n")
    assert codes(other.diagnostics(3)) == {"SQS027"}
    settings.write_text("ignore: [SQS0]\nexclude: [old.yaml]\n")
    other.tell("textDocument/didSave", {"textDocument": {"uri": settings.as_uri()}})
    assert other.diagnostics(3) == []
    assert other.open((tmp_path / "old.yaml").as_uri(), FAILING) == []


def test_a_broken_configuration_is_told_and_the_last_one_holds(
    other: Client, tmp_path: Path
) -> None:
    settings, uri = tmp_path / ".msgaudit.yaml", (tmp_path / "t.yaml").as_uri()
    settings.write_text("ignore: [SQS030]\n")
    other.open(uri, FAILING)
    settings.write_text("ignored: [SQS030]\n")
    changed = {"changes": [{"uri": settings.as_uri(), "type": 2}]}
    other.tell("workspace/didChangeWatchedFiles", changed)
    assert codes(other.diagnostics(1)) == {"SQS027"}
    shown = other.wait_for("window/showMessage")
    assert "ignored: there is no such setting" in shown["message"]
    settings.unlink()
    other.tell("workspace/didChangeWatchedFiles", changed)
    assert codes(other.diagnostics(1)) == {"SQS027", "SQS030"}


WITHOUT_PYGLS = """
import sys
sys.modules["pygls"] = None
from auditor.__main__ import main
main()
"""


def test_a_missing_library_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYGLS, "lsp"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "needs pygls" in done.stderr
    assert "msgaudit[lsp]" in done.stderr


def test_help_and_arguments(tmp_path: Path) -> None:
    assert "language server protocol" in msgaudit(tmp_path, "lsp", "--help").stdout
    assert msgaudit(tmp_path, "lsp", "surplus").returncode == 2
