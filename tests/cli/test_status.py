"""The exit status: what each run answers, the same in every format."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli.options import FORMATS
from tests.cli.process import FAILING, MEDIUM, PASSING, UNDETERMINED, command, msgaudit, scan

GAPS = f"{PASSING}  Odd: {{}}\n"
BOTH = f"{FAILING}  Odd: {{}}\n"


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("template", "status"),
    [(PASSING, 0), (FAILING, 1), ("a: 1", 3), (GAPS, 4), (BOTH, 1), (UNDETERMINED, 0)],
    ids=["passing", "failing", "nothing", "gaps", "both", "undetermined"],
)
def test_same_status_in_every_format(
    tmp_path: Path, format_: str, template: str, status: int
) -> None:
    assert scan(tmp_path, template, "--format", format_).returncode == status


@pytest.mark.parametrize(
    ("template", "options", "status"),
    [
        (MEDIUM, (), 0),
        (MEDIUM, ("--fail-on", "critical"), 0),
        (MEDIUM, ("--fail-on", "high"), 0),
        (MEDIUM, ("--fail-on", "medium"), 1),
        (MEDIUM, ("--fail-on", "low"), 1),
        (MEDIUM, ("--fail-on", "info"), 1),
        (FAILING, ("--fail-on", "critical"), 0),
        (FAILING, ("--fail-on", "never"), 0),
        (FAILING, ("--exit-zero",), 0),
        (FAILING, ("--ignore", "SQS030"), 0),
        (GAPS, ("--allow-gaps",), 0),
        (GAPS, ("--exit-zero",), 0),
        (BOTH, ("--fail-on", "never"), 4),
        (BOTH, ("--allow-gaps",), 1),
        (UNDETERMINED, ("--strict",), 1),
        (UNDETERMINED, ("--strict", "--exit-zero"), 0),
        (UNDETERMINED, ("--strict", "--parameter", "Count=5"), 0),
        ("a: 1", ("--exit-zero",), 3),
    ],
)
def test_gate(tmp_path: Path, template: str, options: tuple[str, ...], status: int) -> None:
    assert scan(tmp_path, template, *options).returncode == status


def test_nothing_found_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = msgaudit(tmp_path, "scan", "empty")
    assert done.returncode == 3
    assert "msgaudit: nothing was audited" in done.stderr
    assert "No CloudFormation, SAM or CDK template was found" in done.stderr
    assert "Next: name a file or a folder with templates" in done.stdout


USAGE = [
    ((), "it is not clear what to audit"),
    (("a.yaml", "--profile", "prod"), "it is not clear what to audit"),
    (("a.yaml", "--demo"), "it is not clear what to audit"),
    (("missing.yaml",), "missing.yaml: no such file or folder"),
    (("a.yaml", "--format", "pdf"), "'pdf' is not one of"),
    (("a.yaml", "--fail-on", "bad"), "'bad' is not one of"),
    (("a.yaml", "--select", "SQS03O"), "no rule has the id, name or category 'SQS03O'"),
    (("a.yaml", "--ignore", "queue-without-dql"), "Did you mean queue-without-dlq"),
    (("a.yaml", "--select", "SQS030", "--ignore", "SQS"), "no rule is left to run"),
    (("a.yaml", "--parameter", "Stage"), "--parameter Stage: expected NAME=VALUE"),
    (("a.yaml", "--parameter-file", "none.json"), "parameter file none.json: No such file"),
    (("a.yaml", "--parameter-file", "a.yaml"), "parameter file a.yaml"),
    (("a.yaml", "--output", "report.json"), "expected FORMAT=FILE"),
    (("a.yaml", "--output", "pdf=x"), "expected FORMAT=FILE"),
    (("a.yaml", "--output", "json=missing/x.json"), "missing/x.json cannot be written: No such"),
    (("a.yaml", "--output", "json=."), "cannot be written"),
    (("a.yaml", "--output", "json=-"), "standard output is for --format json"),
    (("--demo", "--output", "html=report.html"), "report.html is given more than once"),
    (("a.yaml", "--jobs", "0"), "0 is not in the range"),
    (("a.yaml", "--unknown"), "No such option"),
    (("--profile", "x", "--parameter", "A=1"), "--parameter is for templates"),
    (("--snapshot", "x", "--parameter", "A=1"), "--parameter is for templates"),
    (("--profile", "x", "--skip-non-templates"), "--skip-non-templates is for templates"),
    (("a.yaml", "--max-rps", "1"), "--max-rps is for accounts"),
    (("a.yaml", "--no-metrics"), "--no-metrics is for accounts"),
    (("a.yaml", "--metrics-window", "3"), "--metrics-window is for accounts"),
    (("--snapshot", "x", "--metrics-window", "3"), "--metrics-window is for accounts"),
]


@pytest.mark.parametrize(
    ("arguments", "message"),
    USAGE,
    ids=[message[:40] for _, message in USAGE],
)
def test_usage_error(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "a.yaml").write_text(PASSING)
    done = msgaudit(tmp_path, "scan", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_unknown_command(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scna")
    assert done.returncode == 2
    assert "No such command 'scna'" in done.stderr


@pytest.mark.parametrize("command_", [(), ("scan",), ("rules",), ("explain",)])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(tmp_path: Path, command_: tuple[str, ...], flag: str) -> None:
    done = msgaudit(tmp_path, *command_, flag)
    assert done.returncode == 0
    assert "Usage: msgaudit" in done.stdout


def test_help_explains_the_exit_statuses(tmp_path: Path) -> None:
    text = " ".join(msgaudit(tmp_path, "--help").stdout.split())
    assert "0 passed, 1 findings at or above --fail-on, 2 usage error" in text


CRASHING = '''
from auditor.findings import Category, Match, Severity
from auditor.resources import Queue
from auditor.rules import rule

@rule("ZZZ001", "queue-that-crashes", severity=Severity.LOW, category=Category.COST,
      guide="House rules", remediation="Delete it.", applies_to=Queue)
def crashes(queue, graph):
    """A queue makes this rule crash."""
    yield Match(queue, "before the crash")
    raise ZeroDivisionError("divided by nothing")
'''


def plug_in(folder: Path, source: str) -> str:
    """Install a plug-in as pip would, in a folder for PYTHONPATH."""
    site = folder / "site"
    metadata = site / "house-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: house\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[msgaudit.rules]\nhouse = house\n")
    (site / "house").mkdir()
    (site / "house" / "__init__.py").write_text(source)
    root = Path(__file__).parents[2]
    return os.pathsep.join((str(site), str(root)))


def test_rule_that_crashes_is_a_gap_and_hides_nothing(tmp_path: Path) -> None:
    path = plug_in(tmp_path, CRASHING)
    (tmp_path / "t.yaml").write_text(FAILING)
    arguments = ("scan", "t.yaml", "--select", "ZZZ001", "--select", "SQS030")
    done = msgaudit(tmp_path, *arguments, "--fail-on", "never", PYTHONPATH=path)
    assert done.returncode == 4
    assert "rule ZZZ001 on Orders" in done.stdout
    assert "ZeroDivisionError: divided by nothing" in done.stdout
    assert "SQS030" in done.stdout
    assert "before the crash" in done.stdout


def test_plug_in_that_cannot_be_imported(tmp_path: Path) -> None:
    path = plug_in(tmp_path, "import nowhere_to_be_found")
    (tmp_path / "t.yaml").write_text(PASSING)
    done = msgaudit(tmp_path, "scan", "t.yaml", PYTHONPATH=path)
    assert done.returncode == 3
    assert "the plug-in 'house' (house) cannot be imported: ModuleNotFoundError" in done.stderr


def test_files_that_are_no_templates_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "chart.yaml").write_text("kind: A\n---\nkind: B\n")
    (tmp_path / "t.yaml").write_text(FAILING)
    (tmp_path / "broken.yaml").write_text("Resources: {Orders: {Type: AWS::SQS::Queue")
    scan = ("scan", "--skip-non-templates", "chart.yaml")
    assert msgaudit(tmp_path, *scan[::2]).returncode == 3
    assert msgaudit(tmp_path, *scan).returncode == 0
    assert msgaudit(tmp_path, *scan, "t.yaml").returncode == 1
    assert msgaudit(tmp_path, *scan, "broken.yaml").returncode == 3
    assert msgaudit(tmp_path, *scan, "missing.yaml").returncode == 2


BUG = """
import sys
from auditor.collectors.template import collect
def broken(*arguments):
    raise RuntimeError("unforeseen")
collect.TemplateCollector.batches = broken
from auditor.__main__ import main
main()
"""


def test_bug_is_reported_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(PASSING)
    done = subprocess.run(
        [sys.executable, "-c", BUG, "scan", "t.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 70
    assert "internal error: RuntimeError: unforeseen (at " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "closed", "status"),
    [("scan missing.yaml", "2", 2), ("scan --bogus", "2", 2), ("--help", "1", 2)],
)
def test_a_full_disk_changes_no_status(arguments: str, closed: str, status: int) -> None:
    command = f"{sys.executable} -m auditor {arguments} {closed}>/dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == status
    if closed == "1":
        assert "standard output cannot be written: No space left on device" in done.stderr


def test_too_little_memory_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(PASSING)
    program = BUG.replace('RuntimeError("unforeseen")', "MemoryError")
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", "t.yaml"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr.startswith("msgaudit: there is not enough memory\n")


@pytest.mark.usefixtures("interruptible")
def test_interrupt(tmp_path: Path) -> None:
    """The scan waits for the content of a pipe, which never comes."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        command("scan", "pipe.yaml"),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with pipe.open("wb"):  # opens when the scan has opened the other end
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip() == "msgaudit: interrupted"


def test_rules_on_metrics_alone_have_nothing_to_judge_in_a_template(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(PASSING)
    done = msgaudit(tmp_path, "scan", "template.yaml", "--select", "SQS010")
    assert done.returncode == 2
    assert "need metrics, which only accounts have" in done.stderr
    both = msgaudit(tmp_path, "scan", "template.yaml", "--select", "SQS010", "--select", "SQS030")
    assert both.returncode == 0
    assert "with 1 rule." in both.stdout
