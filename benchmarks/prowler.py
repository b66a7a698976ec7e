"""Compares msgaudit with Prowler on one account: `python -m benchmarks.prowler`.

The account is filled in moto. What moto answers to each tool is recorded on a run that does not
count, and then repeated, at once and after 40 ms: moto answers one request at a time, and slowly,
which hides how well a tool asks for several things at once. With `--moto` it answers itself.
At another endpoint than AWS's msgaudit does not keep to the rates of AWS; beside that it is
measured with them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.account import REGION, Account, moto
from benchmarks.environments import program
from benchmarks.latency import Recorder
from benchmarks.measure import RUNS, Contender, compare, print_table

_PROWLER = "prowler==5.46.0"
_SERVICES = (
    "awslambda", "eventbridge", "firehose", "kinesis", "kms", "sns", "sqs", "stepfunctions",
)  # fmt: skip
# What Prowler asks for and moto fails at, so that Prowler would ask again, later and later.
_LACKING: dict[str, object] = {
    "cloudtrail:LookupEvents": {"Events": []},
    "events:ListEndpoints": {"Endpoints": []},
    "schemas:ListRegistries": {"Registries": []},
}
_LATENCIES_MS = (0, 40)
_RARE = 10
# Where a command takes the server's URL.
_URL = "URL"
# Nothing listens there: what is not meant for this machine fails at once.
_NOWHERE = "http://127.0.0.1:9"


class Tool:
    """A contender and the server that it asks."""

    def __init__(self, name: str, command: Sequence[str], upstream: str) -> None:
        self.recorder = Recorder(upstream, _LACKING)
        url = self.recorder.start()
        command = [url if part == _URL else part for part in command]
        self.contender = Contender(name, command, _environment(url))

    def record(self) -> None:
        """Run once with moto's answers, which are kept."""
        if why := self.contender.crash():
            sys.exit(f"{self.contender.name} crashed: {why}")
        self.recorder.forget_calls()

    def calls(self) -> Counter[str]:
        """Calls by action since the recording."""
        return self.recorder.actions()


def main() -> None:
    """Print times beside each other, and the calls by action."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prowler")
    parser.add_argument("--moto", action="store_true", help="let moto answer every time")
    parser.add_argument(
        "--latency", type=int, action="append", help="milliseconds (repeatable; default: 0 and 40)"
    )
    asked = parser.parse_args()
    prowler = program(_PROWLER)
    if isinstance(prowler, str):
        sys.exit(f"Prowler is missing: {prowler}")
    with tempfile.TemporaryDirectory() as folder, moto() as url:
        Account(url).fill()
        report = Path(folder, "msgaudit.json")
        scan = _msgaudit(report)
        tools = (
            Tool("msgaudit", [*scan, "--endpoint-url", _URL], url),
            Tool("msgaudit, at the rates of AWS", scan, url),
            Tool(_PROWLER.replace("==", " "), _prowler(prowler, folder), url),
        )
        _compare(tools, asked.latency or _LATENCIES_MS, repeated=not asked.moto)
        own = _read_by_msgaudit(report)
        read = (own, own, _read_by_prowler(Path(folder, "prowler.csv")))
    _print_calls(tools, read)


def _compare(tools: Sequence[Tool], latencies_ms: Sequence[int], *, repeated: bool) -> None:
    for tool in tools:
        tool.record()
        if repeated:
            tool.recorder.upstream = None
    for latency in latencies_ms:
        for tool in tools:
            tool.recorder.forget_calls()
            tool.recorder.latency_seconds = latency / 1000
        who = "Answers of moto, repeated" if repeated else "Answers of moto itself"
        compare(f"{who} {latency} ms late", [tool.contender for tool in tools], warm=True)


def _msgaudit(report: Path) -> list[str]:
    """Without what Prowler does not read either: metrics."""
    scan = [sys.executable, "-m", "auditor", "scan", "--region", REGION, "--no-metrics"]
    return [*scan, "--config", "none", "-o", f"json={report}"]


def _prowler(prowler: Path, folder: str) -> list[str]:
    """Without the check that downloads the code of functions from where no moto is."""
    return [
        str(prowler), "aws", "--service", *_SERVICES, "--region", REGION,
        "--excluded-check", "awslambda_function_no_secrets_in_code",
        "--output-formats", "csv", "--output-directory", folder, "--output-filename", "prowler",
        "--no-banner", "--no-color", "--ignore-exit-code-3",
    ]  # fmt: skip


def _environment(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTPS_PROXY": _NOWHERE,
        "NO_PROXY": "127.0.0.1",
    }


def _read_by_msgaudit(report: Path) -> int:
    summary = json.loads(report.read_bytes())["summary"]
    if summary["gaps"]:
        sys.exit(f"msgaudit could not read everything: {summary['gaps']} gaps")
    return int(summary["resources"])


def _read_by_prowler(table: Path) -> int:
    """The resources that Prowler has an opinion on."""
    with table.open(encoding="utf-8", newline="") as file:
        return len({row["RESOURCE_UID"] for row in csv.DictReader(file, delimiter=";")})


def _print_calls(tools: Sequence[Tool], read: Sequence[int]) -> None:
    counts = [{action: calls / RUNS for action, calls in tool.calls().items()} for tool in tools]
    names = [tool.contender.name for tool in tools]
    sums = [sum(count.values()) for count in counts]
    rows = [
        ["calls", *(f"{calls:.0f}" for calls in sums)],
        ["resources read", *map(str, read)],
        ["calls for each", *(f"{c / r:.2f}" for c, r in zip(sums, read, strict=True))],
    ]
    actions = sorted(set().union(*counts), key=lambda it: -max(c.get(it, 0) for c in counts))
    often = [it for it in actions if max(c.get(it, 0) for c in counts) >= _RARE]
    rows += [[f"`{it}`", *(f"{c.get(it, 0):.0f}" for c in counts)] for it in often]
    rest = [f"{sum(n for it, n in c.items() if it not in often):.0f}" for c in counts]
    print(f"\nCalls of a run, and the actions that one of them calls {_RARE} times or more:\n")
    print_table(["", *names], [*rows, ["other actions", *rest]])
    for tool in tools:
        if failed := tool.recorder.failures():
            print(f"\n{tool.contender.name} asked for what moto does not answer: {dict(failed)}")


if __name__ == "__main__":
    main()
