"""The generated documents are those that the rules and fixtures of this checkout give."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from auditor.loading import BUILTIN, rules_of
from tools.docs.documents import Documents, differences, generate, write

ROOT = Path(__file__).parents[2]
RULES = {rule.id for rule in rules_of(BUILTIN)}


@pytest.fixture(scope="module")
def documents() -> Documents:
    return generate(ROOT)


def test_documents_are_not_stale(documents: Documents) -> None:
    assert differences(ROOT, documents) == [], "run `make docs`"


@pytest.mark.parametrize("seed", ["1", "2"])
def test_every_run_writes_the_same_bytes(seed: str, tmp_path: Path, documents: Documents) -> None:
    script = (
        "import sys; from pathlib import Path; from tools.docs.documents import generate, write;"
        "write(Path(sys.argv[2]), generate(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", script, str(ROOT), str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
    assert differences(tmp_path, documents) == []


def test_there_is_a_page_for_every_rule(documents: Documents) -> None:
    pages = {path.stem for path in documents if path.parent.name == "rules"}
    assert pages == RULES | {"README"}


def test_index_names_every_rule(documents: Documents) -> None:
    index = documents[PurePosixPath("docs/rules/README.md")]
    assert set(re.findall(r"^\| \[(\w+)\]", index, re.MULTILINE)) == RULES


def test_links_lead_to_documents(documents: Documents) -> None:
    for path, text in documents.items():
        outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", outside):
            is_fixture = "/fixtures/" in link and (ROOT / path.parent / link).is_file()
            assert is_fixture or path.parent / link in documents, f"{path}: {link}"


def test_tables_have_as_many_cells_as_their_head(documents: Documents) -> None:
    for path, text in documents.items():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            cells = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(cells) == 1, f"{path}: {table.splitlines()[0]}"


def test_stale_missing_and_superfluous_documents_are_found(
    tmp_path: Path, documents: Documents
) -> None:
    write(tmp_path, documents)
    stale, gone = tmp_path / "docs/rules/SQS030.md", tmp_path / "docs/rules/OLD001.md"
    stale.write_text("changed", encoding="utf-8")
    gone.write_text("a rule that was removed", encoding="utf-8")
    (tmp_path / "docs/peers.md").unlink()
    found = [str(path) for path in differences(tmp_path, documents)]
    assert found == ["docs/peers.md", "docs/rules/OLD001.md", "docs/rules/SQS030.md"]
    write(tmp_path, documents)
    assert differences(tmp_path, documents) == []
    assert not gone.exists()
