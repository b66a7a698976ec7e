from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from msgspec.structs import replace

from auditor.findings import Category, Finding, Location, Severity
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.rules import Rule
from reports import sarif
from reports.paths import relative
from reports.sarif import SarifReporter
from reports.sarif_rules import descriptor
from tests.reporting import samples

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"
REPORTS = {
    "typical": samples.typical(),
    "live": samples.live(),
    "hostile": samples.hostile(),
    "empty": samples.report(),
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())


def rendered(report: Report) -> dict[str, Any]:
    return dict(json.loads(SarifReporter().render(report)))


def run_of(report: Report) -> dict[str, Any]:
    return dict(rendered(report)["runs"][0])


def at(path: str, severity: Severity = Severity.HIGH, number: int = 0) -> Finding:
    place = Location(path, 1, 1, 1, 5, "Some: text")
    return samples.finding(samples.without_dlq, f"Queue{number}", "none", place, severity=severity)


@every_report
def test_reports_meet_the_standard(report: Report) -> None:
    schema = json.loads(SCHEMA.read_text())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER

    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(rendered(report))


@every_report
def test_there_is_one_run_with_a_category(report: Report) -> None:
    log = rendered(report)

    assert log["version"] == "2.1.0"
    assert len(log["runs"]) == 1
    kind = "live" if report is REPORTS["live"] else "templates"
    assert log["runs"][0]["automationDetails"]["id"] == f"msgaudit/{kind}/"


@every_report
def test_only_a_complete_scan_was_successful(report: Report) -> None:
    (invocation,) = run_of(report)["invocations"]

    assert invocation["executionSuccessful"] is (not report.gaps)
    levels = [note["level"] for note in invocation["toolExecutionNotifications"]]
    assert levels.count("error") == len(report.gaps)


def test_a_scan_of_nothing_was_not_successful() -> None:
    (invocation,) = run_of(replace(samples.report(), units=0))["invocations"]

    assert invocation["executionSuccessful"] is False


def test_uploads_of_several_accounts_do_not_replace_each_other() -> None:
    source = Source("live", {"profiles": ("prod", "a/b c")})

    category = run_of(samples.report(source=source))["automationDetails"]["id"]
    assert category == "msgaudit/live/prod+a%2Fb%20c/"


@every_report
def test_rules_have_all_that_github_requires(report: Report) -> None:
    driver = run_of(report)["tool"]["driver"]

    assert driver["semanticVersion"] == "1.2.3"
    assert [rule["id"] for rule in driver["rules"]] == ["SQS030", "SQS050", "SQS070"]
    for rule in driver["rules"]:
        assert 0 < len(rule["name"]) <= 255
        for field in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[field]["text"]) <= 1024
        assert rule["help"]["text"].strip()
        assert rule["help"]["markdown"].strip()
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        properties = rule["properties"]
        assert len(properties["tags"]) <= 10
        assert properties["precision"] in {"very-high", "high", "medium", "low"}
        assert properties["problem.severity"] in {"error", "warning", "recommendation"}


def test_help_holds_the_documentation_the_fix_what_to_accept_and_the_guide() -> None:
    rule = run_of(samples.typical())["tool"]["driver"]["rules"][0]

    for text in rule["help"].values():
        assert samples.without_dlq.documentation in text
        assert samples.without_dlq.remediation in text
        assert "Metadata:\n  msgaudit:\n    ignore:\n      - id: SQS030\n" in text
        assert "Dead Letter Queue Setup (lines 109-144)" in text
    assert rule["shortDescription"]["text"] == samples.without_dlq.summary


def test_long_documentation_is_cut_where_github_limits_it() -> None:
    def long_winded(queue: object, graph: object) -> tuple[()]:
        return ()

    long_winded.__doc__ = "words " * 1_000
    rule = replace(samples.without_dlq, body=long_winded)
    described = run_of(replace(samples.report(), rules=(rule,)))["tool"]["driver"]["rules"][0]

    assert len(described["fullDescription"]["text"]) <= 1024
    assert len(described["shortDescription"]["text"]) <= 1024


@pytest.mark.parametrize(
    ("severity", "score", "level"),
    [
        (Severity.CRITICAL, "9.5", "error"),
        (Severity.HIGH, "8.0", "error"),
        (Severity.MEDIUM, "5.5", "warning"),
        (Severity.LOW, "3.0", "note"),
        (Severity.INFO, "1.0", "note"),
    ],
)
def test_only_security_rules_have_a_security_severity(
    severity: Severity, score: str, level: str
) -> None:
    def described(rule: Rule[Any]) -> dict[str, Any]:
        report = replace(samples.report(), rules=(replace(rule, severity=severity),))
        return dict(run_of(report)["tool"]["driver"]["rules"][0])

    security = described(samples.public_policy)
    reliability = described(samples.without_dlq)
    assert security["properties"]["security-severity"] == score
    assert "security" in security["properties"]["tags"]
    assert security["defaultConfiguration"]["level"] == level
    assert "security-severity" not in reliability["properties"]
    assert "security" not in reliability["properties"]["tags"]


@every_report
def test_results_have_all_that_github_requires(report: Report) -> None:
    run = run_of(report)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        assert re.fullmatch(
            "[0-9a-f]{16}:1", result["partialFingerprints"]["primaryLocationLineHash"]
        )
        (location,) = result["locations"]
        for place in (location, *result["relatedLocations"]):
            check_place(place["physicalLocation"])


def check_place(place: dict[str, Any]) -> None:
    uri = urlsplit(place["artifactLocation"]["uri"])
    assert uri.path
    assert not uri.scheme
    assert not uri.netloc
    assert not uri.path.startswith("./")
    assert "\\" not in uri.path
    assert uri.path.isascii()
    region = place["region"]
    assert region["startLine"] >= 1
    assert region["startColumn"] >= 1
    assert region.get("endLine", region["startLine"]) == region["startLine"]


def test_a_result_tells_the_finding() -> None:
    finding = samples.typical().violations[1]
    result = run_of(samples.typical())["results"][1]
    assert result.pop("codeFlows")

    assert result == {
        "ruleId": "SQS030",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "orders has no dead-letter queue. RedrivePolicy is absent. "
            "Holds when Environment=dev. See [OrdersFn](1), consumer."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "infra/orders.yaml"},
                    "region": {"startLine": 12, "startColumn": 3, "endLine": 12, "endColumn": 14},
                },
                "logicalLocations": [{"fullyQualifiedName": "OrdersQueue", "kind": "resource"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": "consumer"},
                "physicalLocation": {
                    "artifactLocation": {"uri": "infra/orders.yaml"},
                    "region": {"startLine": 40, "startColumn": 3, "endLine": 40, "endColumn": 11},
                },
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:1"},
        "fingerprints": {"msgaudit/v1": finding.fingerprint},
    }


def test_only_open_violations_become_results() -> None:
    results = run_of(samples.typical())["results"]

    names = [
        result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for result in results
    ]
    assert names == ["PaymentsQueue", "OrdersQueue", "OrdersQueue"]


def test_a_clean_report_closes_alerts_with_empty_results() -> None:
    assert run_of(samples.report())["results"] == []


def test_findings_without_a_file_are_counted_in_a_notification() -> None:
    run = run_of(samples.live())

    assert run["results"] == []
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {
            "descriptor": {"id": "no-location"},
            "level": "warning",
            "message": {
                "text": "1 finding left out: no file of the repository declares the resource, "
                "and there is no configuration file to show it at"
            },
        }
    ]


def test_findings_without_a_file_are_shown_at_their_anchor() -> None:
    report = samples.live()
    arn = report.findings[0].resource.id
    place = Location(".msgaudit.yaml", 4, 1, 4, 1)
    run = run_of(replace(report, anchors={arn: place}))

    (result,) = run["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": ".msgaudit.yaml"},
        "region": {"startLine": 4, "startColumn": 1},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == arn
    assert result["message"]["text"].endswith(f"The resource is {arn}.")
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_gaps_are_notifications_with_the_missing_permission() -> None:
    notes = run_of(samples.typical())["invocations"][0]["toolExecutionNotifications"]

    assert notes[0]["message"]["text"] == (
        "Could not be read: sqs:GetQueueAttributes on audit: AccessDenied "
        "(missing permission sqs:GetQueueAttributes)"
    )
    assert notes[1]["message"]["text"] == "Could not be read: infra/broken.yaml: not YAML"
    place = notes[1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "infra/broken.yaml"


def test_the_worst_are_kept_where_github_cuts() -> None:
    many = [at("a.yaml", Severity.LOW, number) for number in range(sarif.MOST_RESULTS)]
    worst = at("z.yaml", Severity.CRITICAL, sarif.MOST_RESULTS)
    run = run_of(samples.report(*many, worst))

    assert len(run["results"]) == 5_000
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "z.yaml"
    }
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "1 finding left out: the worst 5000 are shown"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("infra/template.yaml", "infra/template.yaml"),
        ("./template.yaml", "template.yaml"),
        ("a b/c#d?.yaml", "a%20b/c%23d%3F.yaml"),
        ("c:x.yaml", "c%3Ax.yaml"),
        ("/elsewhere/a b.yaml", "file:///elsewhere/a%20b.yaml"),
        ("./x/../template.yaml", "template.yaml"),
        ("größe.yaml", "gr%C3%B6%C3%9Fe.yaml"),
        ("100%.yaml", "100%25.yaml"),
        ("lone-\ud800.yaml", "lone-%ED%A0%80.yaml"),
    ],
)
def test_paths_become_relative_uris(path: str, uri: str) -> None:
    (result,) = run_of(samples.report(at(path)))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_paths_are_relative_to_the_root_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    monkeypatch.chdir(tmp_path / "infra")
    places = [relative(path) for path in ("a.yaml", "../b.yaml", f"{tmp_path}/c.yaml", "../../d")]

    assert places == ["infra/a.yaml", "b.yaml", "c.yaml", "../../d"]


def test_a_region_over_several_lines_shrinks_to_its_first() -> None:
    place = Location("a.yaml", 3, 5, 9, 2, "    Queue:")
    finding = samples.finding(samples.without_dlq, "Queue", "none", place)
    (result,) = run_of(samples.report(finding))["results"]

    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 5}


@pytest.mark.parametrize("slashes", range(4))
def test_no_backslash_takes_the_escape_of_a_bracket(slashes: int) -> None:
    escape = "\\" * slashes
    text = f"{escape}[click{escape}](https://evil.example)"
    made = samples.finding(samples.without_dlq, "Queue", text, Location("a.yaml", 1, 1, 1, 2))
    (result,) = run_of(samples.report(made))["results"]

    before = re.findall(r"(\\*)[\[\]]", result["message"]["text"])
    assert [len(run) for run in before] == [2 * slashes + 1] * 2


def test_hostile_text_makes_no_links_and_hides_nothing() -> None:
    results = run_of(samples.hostile())["results"]
    messages = " ".join(result["message"]["text"] for result in results)

    assert r"\[link\](https://evil.example)" in messages
    assert re.findall(r"(?<!\\)\]\((?!\d+\))", messages) == []
    assert messages.isprintable()
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results
    ]
    assert samples.HOSTILE[0] in [unquote(uri) for uri in uris]


def test_a_finding_of_another_category_does_not_change_the_rule() -> None:
    finding = samples.finding(
        samples.without_dlq, "Q", "none", at("a.yaml").location, category=Category.SECURITY
    )

    rules = run_of(samples.report(finding))["tool"]["driver"]["rules"]
    assert "security-severity" not in rules[0]["properties"]


def test_the_way_of_a_message_is_a_code_flow() -> None:
    results = run_of(samples.typical())["results"]
    (result,) = [item for item in results if "codeFlows" in item]

    ((flow,),) = [one["threadFlows"] for one in result["codeFlows"]]
    steps = [
        (
            step["location"]["message"]["text"],
            step["location"]["physicalLocation"]["region"]["startLine"],
        )
        for step in flow["locations"]
    ]
    # What another stack sends has no place in a file.
    assert steps == [("OrdersQueue: keeps", 12), ("OrdersFn: reads", 40)]


def test_tags_are_unique_for_every_rule() -> None:
    for rule in load_rules():
        properties = descriptor(rule)["properties"]
        assert isinstance(properties, dict)
        assert len(properties["tags"]) == len(set(properties["tags"]))
