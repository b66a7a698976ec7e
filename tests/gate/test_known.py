"""Baselines and other commits, beyond a straight history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.inside import msgaudit
from tests.gate.repository import NEW_YEAR_2026, NEW_YEAR_2027, Answer, History

QUEUE = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n"
TWO = f"{QUEUE}  Other:\n    Type: AWS::SQS::Queue\n"
EMPTY = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
BASELINE = "known.json"
RULE = ("--select", "SQS030")
WITH = (*RULE, "--baseline", BASELINE)


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(tmp_path)
    made.commit("start", {"a.yaml": QUEUE})
    return made


def baseline(history: History, command: str, *paths: str, below: str = ".") -> str:
    epoch = {"SOURCE_DATE_EPOCH": NEW_YEAR_2026}
    file = ("--baseline", str(history.folder / BASELINE))
    done = msgaudit(history.folder / below, "baseline", command, *paths, *RULE, *file, **epoch)
    assert done.returncode == 0, done.stderr
    return done.stderr.strip().rpartition(f"{BASELINE}: ")[2]


def entries(history: History) -> list[dict[str, str]]:
    found = json.loads((history.folder / BASELINE).read_text())["findings"]
    assert isinstance(found, list)
    return found


def test_same_finding_in_another_file_is_new(history: History) -> None:
    baseline(history, "create", ".")
    (history.folder / "b.yaml").write_text(QUEUE)
    answer = Answer(1, frozenset({("SQS030", "Orders")}), 1, 0, 0)
    assert history.answer(".", *WITH) == answer
    assert history.answer(".", *RULE, "--diff-base", "HEAD") == answer
    assert history.answer("b.yaml", *WITH).known == 0


def test_a_moved_resource_takes_one_finding_along_and_no_more(history: History) -> None:
    baseline(history, "create", ".")
    history.git("mv", "a.yaml", "b.yaml")
    (history.folder / "c.yaml").write_text(QUEUE)
    for options in (WITH, (*RULE, "--diff-base", "HEAD")):
        assert history.answer(".", *options) == Answer(
            1, frozenset({("SQS030", "Orders")}), 1, 0, 0
        )


def test_a_renamed_file_that_is_named_alone_is_compared_with_what_it_was(history: History) -> None:
    history.git("mv", "a.yaml", "b.yaml")
    assert history.answer("b.yaml", *RULE, "--diff-base", "HEAD").status == 0


def test_the_folder_in_which_it_runs_makes_no_difference(history: History) -> None:
    history.commit("below", {"deep/down/b.yaml": TWO, "deep/other/c.yaml": QUEUE})
    baseline(history, "create", ".", below="deep")
    known = str(history.folder / BASELINE)
    for below, path in ((".", "deep"), ("deep/down", ".."), ("deep", str(history.folder / "deep"))):
        answer = history.answer(path, *RULE, "--baseline", known, below=below)
        assert answer == Answer(0, frozenset(), 3, 0, 0)
        assert history.answer(path, *RULE, "--diff-base", "HEAD", below=below) == answer


def test_what_was_not_looked_at_stays(history: History) -> None:
    history.commit("more", {"b.yaml": TWO})
    assert baseline(history, "create", ".") == "3 known"
    before = entries(history)
    assert baseline(history, "prune", "a.yaml") == "3 known, 0 resolved"
    assert entries(history) == before
    (history.folder / "a.yaml").write_text(EMPTY)
    assert history.answer("b.yaml", *WITH).resolved == 0
    assert baseline(history, "prune", "a.yaml") == "2 known, 1 resolved"


def test_update_keeps_date_and_reason_and_prune_adds_nothing(history: History) -> None:
    baseline(history, "create", "a.yaml")
    path = history.folder / BASELINE
    content = json.loads(path.read_text())
    content["findings"][0] |= {"reason": "as agreed", "first_seen": "2020-02-02"}
    path.write_text(json.dumps(content))
    (history.folder / "a.yaml").write_text(TWO)
    assert baseline(history, "prune", "a.yaml") == "1 known, 0 resolved"
    assert baseline(history, "update", "a.yaml") == "2 known, 1 new, 0 resolved"
    orders, other = entries(history)
    assert (orders["first_seen"], orders["reason"]) == ("2020-02-02", "as agreed")
    assert (other["first_seen"], other.get("reason")) == ("2026-01-01", None)


def test_a_known_finding_that_becomes_more_severe_is_new_again(history: History) -> None:
    baseline(history, "create", ".")
    settings = history.folder / ".msgaudit.yaml"
    settings.write_text("severity: {SQS030: medium}\n")
    assert baseline(history, "update", ".") == "1 known, 0 new, 0 resolved"
    assert [entry["severity"] for entry in entries(history)] == ["medium"]
    settings.write_text("severity: {SQS030: low}\n")
    assert history.answer(".", *WITH) == Answer(0, frozenset(), 1, 0, 0)
    settings.unlink()
    again = Answer(1, frozenset({("SQS030", "Orders")}), 0, 0, 0)
    assert history.answer(".", *WITH) == again
    assert history.answer(".", *WITH, "--diff-base", "HEAD").known == 1
    assert baseline(history, "prune", ".") == "1 known, 0 resolved"
    assert history.answer(".", *WITH) == again
    assert baseline(history, "update", ".") == "1 known, 1 new, 0 resolved"
    assert history.answer(".", *WITH).known == 1
    [entry] = entries(history)
    assert (entry["severity"], entry["first_seen"]) == ("high", "2026-01-01")


def test_a_change_that_makes_a_finding_worse_brings_it(history: History) -> None:
    alarm = """  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/SQS, MetricName: NumberOfMessagesSent}
"""
    linked = f"""{QUEUE}    Properties:
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead:
    Type: AWS::SQS::Queue
"""
    history.commit("without any alarm", {"a.yaml": linked})
    (history.folder / "a.yaml").write_text(linked + alarm)
    answer = history.answer(".", "--select", "CWA012", "--diff-base", "HEAD")
    assert answer == Answer(1, frozenset({("CWA012", "Dead")}), 0, 0, 0)


def test_creating_anew_ignores_what_was_known(history: History) -> None:
    baseline(history, "create", ".")
    assert baseline(history, "create", ".") == "1 known"


def test_both_count_a_finding_once(history: History) -> None:
    baseline(history, "create", ".")
    (history.folder / "a.yaml").write_text(EMPTY)
    assert history.answer(".", *WITH, "--diff-base", "HEAD").resolved == 1


def test_what_the_main_branch_did_later_is_not_the_doing_of_this_one(history: History) -> None:
    history.git("switch", "--quiet", "--create", "feature")
    history.commit("feature", {"notes.txt": "x"})
    history.git("switch", "--quiet", "main")
    history.commit("fixed meanwhile", {"a.yaml": EMPTY})
    history.git("switch", "--quiet", "feature")
    assert history.answer(".", *RULE, "--diff-base", "main") == Answer(0, frozenset(), 1, 0, 0)


def test_removing_a_suppression_makes_its_finding_new(history: History) -> None:
    history.commit(
        "accept", {"a.yaml": QUEUE.replace(":\n    T", ":  # msgaudit: ignore[SQS030] ok\n    T")}
    )
    history.commit("remove", {"a.yaml": QUEUE})
    answer = history.answer(".", *RULE, "--diff-base", "HEAD~1")
    assert answer == Answer(1, frozenset({("SQS030", "Orders")}), 0, 0, 0)


def test_patterns_and_suppressions_of_the_configuration_hold_for_the_base_too(
    history: History,
) -> None:
    configuration = """
exclude: [old/**]
suppressions: [{rule: SQS030, path: deep/**, reason: fine, expires: 2026-06-30}]
"""
    files = {"deep/b.yaml": QUEUE, "old/c.yaml": QUEUE, ".msgaudit.yaml": configuration}
    history.commit("more", files)
    options = (".", *RULE, "--diff-base", "HEAD")
    assert history.answer(*options) == Answer(0, frozenset(), 1, 1, 0)
    assert history.answer(*options, today=NEW_YEAR_2027) == Answer(0, frozenset(), 2, 0, 0)


def test_hostile_names_and_attributes_of_a_repository_do_no_harm(history: History) -> None:
    history.commit(
        "odd",
        {
            ".gitattributes": "*.yaml export-ignore filter=evil\n",
            "new\nline and -dash.yaml": QUEUE,
            "--exec=x.yaml": QUEUE,
        },
    )
    history.git("config", "filter.evil.smudge", "touch pwned")
    history.git("config", "core.fsmonitor", "touch pwned")
    history.git("config", "diff.external", "touch pwned")
    answer = history.answer(".", *RULE, "--diff-base", "HEAD")
    assert answer == Answer(0, frozenset(), 3, 0, 0)
    assert not (history.folder / "pwned").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("a.yaml", "--diff-base", "--output=x"), "git knows no commit '--output=x'"),
        (("a.yaml", "--diff-base", "nowhere"), "git knows no commit 'nowhere'"),
        (("-", "--diff-base", "HEAD"), "- is not in the repository"),
        (("/dev/null", "--diff-base", "HEAD"), "/dev/null is not in the repository"),
        (("a.yaml", "--baseline", "none.json"), "baseline none.json does not exist"),
        (("a.yaml", "--baseline", "a.yaml"), "baseline a.yaml is not JSON"),
        (("a.yaml", "--baseline", "list.json"), "has the version None"),
        (("a.yaml", "--baseline", "later.json"), "has the version 2"),
        (("a.yaml", "--baseline", "odd.json"), "has another form"),
        (("a.yaml", "--baseline", "."), "baseline .: Is a directory"),
    ],
)
def test_what_cannot_be_compared_with(
    history: History, options: tuple[str, ...], message: str
) -> None:
    (history.folder / "list.json").write_text("[]")
    (history.folder / "later.json").write_text('{"version": 2, "findings": []}')
    (history.folder / "odd.json").write_text('{"version": 1, "findings": [{"rule": 1}]}')
    done = msgaudit(history.folder, "scan", *options, input_=QUEUE)
    assert done.returncode == 2
    assert message in done.stderr


def test_there_has_to_be_a_repository(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(QUEUE)
    done = msgaudit(tmp_path, "scan", "a.yaml", "--diff-base", "HEAD")
    assert done.returncode == 2
    assert "there is no git repository here" in done.stderr


def test_a_baseline_of_nothing_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    done = msgaudit(tmp_path, "baseline", "create", "notes")
    assert done.returncode == 3
    assert not (tmp_path / ".msgaudit-baseline.json").exists()


def test_reports_tell_new_known_and_resolved(history: History) -> None:
    baseline(history, "create", ".")
    (history.folder / "a.yaml").write_text(TWO.replace("Orders", "Fresh"))
    outputs = ("-o", "markdown=r.md", "-o", "sarif=r.sarif", "-o", "html=r.html")
    done = msgaudit(history.folder, "scan", "a.yaml", *WITH, *outputs)
    said = "2 findings (2 high), 1 resolved since {}."
    assert said.format("known.json") in done.stdout
    assert said.format("`known.json`") in (history.folder / "r.md").read_text()
    assert len(json.loads((history.folder / "r.sarif").read_text())["runs"][0]["results"]) == 2


def test_what_cfn_lint_found_before_is_known_too(history: History) -> None:
    wrong = QUEUE + "    Properties: {DelaySeconds: -1}\n"
    history.commit("wrong", {"a.yaml": wrong})
    options = ("--select", "SQS030", "--with-cfn-lint", "--diff-base", "HEAD")
    assert history.answer(".", *options).known == 2
    (history.folder / "a.yaml").write_text(wrong.replace("Orders", "Fresh"))
    assert len(history.answer(".", *options).new) == 2
