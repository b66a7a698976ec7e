"""What Microsoft's validator says of SARIF reports: of the standard, and of GitHub's demands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from auditor.findings import Location
from auditor.report import Report
from reports.sarif import SarifReporter
from tests.reporting import samples

FOLDER = Path(__file__).parents[2] / ".venv/sarif-multitool"
# One of its notes is that a schema cannot be fetched: nothing may be.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}


def complaints(folder: Path, logs: Mapping[str, str]) -> set[tuple[str, str]]:
    """The names of the logs and the rules of the validator that they break."""
    (tool,) = FOLDER.glob("node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool")
    for name, text in logs.items():
        (folder / name).write_text(text, encoding="utf-8")
    options = ("--rule-kind", "Sarif;Gh", "--level", "Error;Warning", "--kind", "Fail")
    command = [str(tool), "validate", *logs, *options, "--output", "found.json"]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | OFFLINE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads((folder / "found.json").read_text("utf-8-sig"))["runs"]
    places = [(item["locations"][0]["physicalLocation"], item["ruleId"]) for item in run["results"]]
    return {(place["artifactLocation"]["uri"].rpartition("/")[2], rule) for place, rule in places}


def log(report: Report) -> str:
    return SarifReporter().render(report)


def test_reports_please_the_validator_and_broken_ones_do_not(tmp_path: Path) -> None:
    assert FOLDER.exists(), "the validator is not installed: run `make .venv/.sarif-multitool`"
    live = samples.live()
    anchors = {live.findings[0].resource.id: Location(".msgaudit.yaml", 1, 1, 1, 1)}
    broken = json.loads(log(samples.typical()))
    broken["runs"][0]["results"][0]["locations"] = []
    broken["runs"][0]["results"][1]["ruleIndex"] = 99
    logs = {
        "typical.sarif": log(samples.typical()),
        "hostile.sarif": log(samples.hostile()),
        "live.sarif": log(live),
        "anchored.sarif": log(replace(live, anchors=anchors)),
        "empty.sarif": log(samples.report()),
        "broken.sarif": json.dumps(broken),
    }

    found = complaints(tmp_path, logs)
    assert {name for name, _ in found} == {"broken.sarif"}
    assert {rule for _, rule in found} >= {"SARIF1009", "GH1015"}
