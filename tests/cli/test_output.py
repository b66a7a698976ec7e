"""What goes to standard output and into files, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from auditor.cli.output import filled
from tests.cli.process import FAILING, PASSING, command, msgaudit, scan

GERMAN = """Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {QueueName: "größe→😀"}
"""


def test_report_goes_to_standard_output_and_files(tmp_path: Path) -> None:
    outputs = ("-o", "json=report.json", "-o", "sarif=report.sarif", "-o", "text=report.txt")
    done = scan(tmp_path, FAILING, *outputs)
    assert "SQS030" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["version"] == 1
    assert json.loads((tmp_path / "report.sarif").read_text())["version"] == "2.1.0"
    assert "SQS030 queue-without-dlq" in (tmp_path / "report.txt").read_text()
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o666 & ~current_mask()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"template.yaml", "report.json", "report.sarif", "report.txt"}


def current_mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_file_and_standard_output_are_the_same(tmp_path: Path) -> None:
    done = scan(tmp_path, FAILING, "-f", "json", "-o", "json=report.json")
    assert done.stdout == (tmp_path / "report.json").read_text()


def test_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    (tmp_path / "template.yaml").write_text(FAILING)
    (tmp_path / "report.json").write_text("old")
    arguments = command("scan", "template.yaml", "-o", "json=report.json")
    limited = ["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@" | cat', "bash", *arguments]
    done = subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "report.json cannot be written: File too large" in done.stderr
    assert "nothing was left half written" in done.stderr
    assert (tmp_path / "report.json").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"template.yaml", "report.json"}


def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    scan(tmp_path, FAILING, "-o", "json=link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["version"] == 1


@pytest.mark.parametrize(
    "files",
    [("json=a", "sarif=a"), ("json=a", "json=./a"), ("json=template.yaml",), ("html=link.yaml",)],
)
def test_report_replaces_neither_another_one_nor_the_template(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    (tmp_path / "link.yaml").symlink_to("template.yaml")
    done = scan(tmp_path, FAILING, *(part for file in files for part in ("-o", file)))
    assert done.returncode == 2
    assert "is given more than once" in done.stderr
    assert (tmp_path / "template.yaml").read_text() == FAILING


def test_device_takes_any_number_of_reports(tmp_path: Path) -> None:
    done = scan(tmp_path, FAILING, "-o", "json=/dev/null", "-o", "sarif=/dev/null")
    assert done.returncode == 1


def test_pipe_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "template.yaml").write_text(FAILING)
    process = subprocess.Popen(
        command("scan", "template.yaml", "-o", "json=pipe"), cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    assert json.loads(pipe.read_text())["version"] == 1
    assert process.wait() == 1
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "arguments", [("scan", "template.yaml"), ("rules",), ("explain", "SQS030"), ("--version",)]
)
def test_full_standard_output(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "template.yaml").write_text(FAILING)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(*arguments), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "msgaudit: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("stream", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(tmp_path: Path, stream: str) -> None:
    (tmp_path / "template.yaml").write_text(FAILING)
    shell = ["bash", "-c", f'exec "$@" {stream}', "bash", *command("scan", "template.yaml")]
    done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("scan", "template.yaml", "-f", "json"), 1), (("rules", "-f", "json"), 0)],
)
def test_reader_that_hangs_up_is_no_error(
    tmp_path: Path, arguments: tuple[str, ...], status: int
) -> None:
    (tmp_path / "template.yaml").write_text(FAILING)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command(*arguments), cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (status, "")


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "html"])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_terminal_with_another_encoding(tmp_path: Path, format_: str, encoding: str) -> None:
    (tmp_path / "template.yaml").write_text(GERMAN, encoding="utf-8")
    done = subprocess.run(
        command("scan", "template.yaml", "-f", format_),
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    text = done.stdout.decode(encoding if format_ == "text" else "utf-8")
    assert "SQS030" in text


def test_colour(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(FAILING)
    plain = msgaudit(tmp_path, "scan", "template.yaml", FORCE_COLOR="")
    forced = msgaudit(tmp_path, "scan", "template.yaml", FORCE_COLOR="1")
    assert "\x1b[" not in plain.stdout
    assert "\x1b[" in forced.stdout


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    template = FAILING.replace("Orders", '"Or\\x1b[31mders"')
    assert "\x1b" not in scan(tmp_path, template).stdout


def test_nothing_on_standard_error_when_all_is_well(tmp_path: Path) -> None:
    assert scan(tmp_path, PASSING).stderr == ""


def test_standard_input(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", "-", "-f", "json", input_=FAILING)
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert {finding["location"]["path"] for finding in report["findings"]} == {"<stdin>"}


@pytest.mark.parametrize("secret", ["true", "'True'", "yes"])
def test_secret_parameter_is_not_printed(tmp_path: Path, secret: str) -> None:
    template = f"""Parameters: {{Word: {{Type: String, NoEcho: {secret}, Default: hunter2}}}}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: !Ref Word, DelaySeconds: !Ref Word}}
"""
    for format_ in ("text", "json", "sarif", "html"):
        done = scan(tmp_path, template, "--parameter", "Word=swordfish", "-f", format_)
        assert "hunter2" not in done.stdout.replace("Default: hunter2", "")
        assert "swordfish" not in done.stdout


def test_several_files_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FAILING)
    (tmp_path / "b.yaml").write_text(FAILING)
    (tmp_path / "c.yaml").write_text("Resources: {A: {Type: AWS::SQS::Queue}")
    report = json.loads(msgaudit(tmp_path, "scan", ".", "-f", "json", "--select", "SQS030").stdout)
    assert [finding["location"]["path"] for finding in report["findings"]] == ["a.yaml", "b.yaml"]
    assert [gap["what"] for gap in report["gaps"]] == ["c.yaml"]


def test_misspelt_parameter_is_named(tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text('{"Parameters": {"Elsewhere": "x"}}')
    template = "Parameters: {Stage: {Type: String}}\n" + PASSING
    known = scan(tmp_path, template, "--parameter", "Stage=prod", "--parameter-file", "shared.json")
    assert known.stderr == ""
    misspelt = scan(tmp_path, template, "--parameter", "Stgae=prod")
    assert misspelt.stderr == "msgaudit: warning: no template declares the parameter Stgae\n"
    assert misspelt.returncode == known.returncode == 0


def test_parameters_choose_the_scenario(tmp_path: Path) -> None:
    template = """Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {Production: !Equals [!Ref Stage, prod]}
Resources:
  Orders: {Type: AWS::SQS::Queue, Condition: Production}
"""
    (tmp_path / "prod.json").write_text('{"Stage": "prod"}')
    given = ("--parameter-file", "prod.json")
    assert scan(tmp_path, template).returncode == 1
    assert scan(tmp_path, template, "--parameter", "Stage=dev").returncode == 0
    assert scan(tmp_path, template, *given).returncode == 1
    assert scan(tmp_path, template, *given, "--parameter", "Stage=dev").returncode == 0


def test_findings_that_a_format_cannot_show_are_told(tmp_path: Path) -> None:
    done = scan(tmp_path, FAILING, "-o", "asff=findings.json", "-o", "sarif=findings.sarif")
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("msgaudit: warning: asff: ")
    assert json.loads((tmp_path / "findings.json").read_text()) == []


@pytest.mark.parametrize(("columns", "widest"), [("40", 40), ("200", 88)])
def test_prose_fits_the_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: str, widest: int
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", columns)
    lines = filled("word " * 100, "- ").splitlines()
    assert widest - len("word") <= max(map(len, lines)) <= widest
    assert {line[:2] for line in lines} == {"- ", "  "}
