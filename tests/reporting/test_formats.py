from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import reports
from auditor.cli.options import FORMATS
from auditor.errors import UsageError
from tests.reporting import samples

PICTURES = reports.DRAWN - {"html"}
ROOT = Path(__file__).parents[2]
RENDER_ALL = """
import reports
from tests.reporting import samples
for name in reports.REPORTERS:
    for report in (samples.typical(), samples.live(), samples.hostile(), samples.hostile_account()):
        print(ascii(reports.reporter(name).render(report)))
"""
IMPORTED = """
import sys, reports
reports.reporter({name!r})
print(*sorted({{"boto3", "botocore", "jinja2", "cfnlint", "networkx", "rich"}} & set(sys.modules)))
"""


def run(code: str, seed: str = "0") -> str:
    fixed = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1795444731"}
    environment = {**os.environ, **fixed}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_the_command_line_knows_every_format() -> None:
    assert tuple(reports.REPORTERS) == FORMATS


def test_the_documents_know_every_format() -> None:
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == FORMATS
    assert [name for name in FORMATS if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("name", sorted(reports.REPORTERS.keys() - PICTURES))
def test_every_format_shows_the_findings(name: str) -> None:
    reporter = reports.reporter(name)
    # SARIF and GitLab have no place for accounts, Security Hub none for templates.
    text = reporter.render(samples.typical()) + reporter.render(samples.live())

    assert "orders has no dead-letter queue" in text
    assert "SQS030" in text


@pytest.mark.parametrize("name", sorted(reports.REPORTERS))
def test_every_format_can_be_written_as_utf8(name: str) -> None:
    assert reports.reporter(name).render(samples.hostile()).encode()
    assert reports.reporter(name).render(samples.hostile_account()).encode()


def test_the_same_report_gives_the_same_bytes_in_every_process() -> None:
    assert run(RENDER_ALL, seed="1") == run(RENDER_ALL, seed="2")


@pytest.mark.parametrize("name", sorted(reports.REPORTERS))
def test_only_html_needs_a_template_engine(name: str) -> None:
    assert run(IMPORTED.format(name=name)).split() == (["jinja2"] if name == "html" else [])


def test_an_unknown_format_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no format 'yaml'"):
        reports.reporter("yaml")


@pytest.mark.parametrize(
    ("name", "account", "templates"),
    [
        ("sarif", ["1 finding left out: no file of the repository declares the resource,"], []),
        ("gitlab", ["1 finding left out: they have no place in a file"], []),
        ("asff", [], ["4 findings left out: their resources have no account, region or ARN"]),
        ("json", [], []),
    ],
)
def test_what_a_format_has_no_place_for_is_counted(
    name: str, account: list[str], templates: list[str]
) -> None:
    for report, expected in ((samples.live(), account), (samples.typical(), templates)):
        told = reports.left_out(name, report)
        assert len(told) == len(expected)
        assert all(text.startswith(start) for text, start in zip(told, expected, strict=True))


@pytest.mark.parametrize("name", sorted(reports.REPORTERS))
def test_no_format_commands_the_ci_runner_that_logs_it(name: str) -> None:
    ours = r"::(error|warning|notice) " if name == "github" else "(?!)"
    for report in (samples.hostile(), samples.hostile_account()):
        text = reports.reporter(name).render(report)

        assert re.findall(r"##(\[|vso\[)", text) == []
        commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert [line for line in commands if not re.match(ours, line)] == []
