"""Utilisation in the reports."""

from __future__ import annotations

import json

from markdown_it import MarkdownIt
from msgspec.structs import replace

from auditor.findings import Subject
from auditor.report import Report
from auditor.utilisation import SHOWN, Level, Row, Utilisation, merged, ranked
from reports.html import HtmlReporter
from reports.json import JsonReporter
from reports.markdown import MarkdownReporter
from reports.text import TextReporter
from tests.reporting import samples

DOUBT = (("age against retention", "CloudWatch has no data of a metric that the rule needs"),)


def row(name: str, high: float | None, *unknown: tuple[str, str]) -> Row:
    """A queue that has so many of a hundred messages in flight."""
    arn = f"arn:aws:sqs:eu-west-1:111122223333:{name}"
    subject = Subject("AWS::SQS::Queue", arn, name, arn, "111122223333", "eu-west-1")
    level = None
    if high is not None:
        level = Level("messages in flight", "messages", 100.0, high, high + 5, 14, "▁ █")
    return Row(subject, level, unknown)


def report(*rows: Row) -> Report:
    return replace(samples.live(), utilisation=ranked(rows))


def test_the_nearest_to_its_limit_comes_first_and_no_data_last() -> None:
    ranking = ranked([row("unknown", None), row("low", 0.0), row("over", 120.0), row("high", 80.0)])
    assert [it.subject.name for it in ranking.rows] == ["over", "high", "low", "unknown"]


def test_rankings_of_accounts_are_one_with_what_each_left_out() -> None:
    busy = ranked([row(f"busy{number}", number) for number in range(SHOWN + 3)])
    silent = ranked([row(f"silent{number}", None) for number in range(SHOWN + 2)])
    whole = merged([silent, busy])
    assert whole.rows == busy.rows
    assert (whole.omitted, whole.omitted_unknown) == (3 + SHOWN + 2, SHOWN + 2)


def test_text_has_bars_numbers_and_courses() -> None:
    text = TextReporter(width=200).render(report(row("orders", 80.0, *DOUBT), row("over", 120.0)))
    assert (
        "    80% ████████░░ SQS orders (111122223333 eu-west-1): messages in flight p99 80,"
        " max 85 of 100 messages in 14 days ▁·█;"
        " no data of age against retention: CloudWatch has no data"
    ) in text
    assert "   120% ██████████ SQS over" in text


def test_missing_data_is_never_zero() -> None:
    shown = report(row("silent", None, *DOUBT))
    text = TextReporter(width=200).render(shown)
    assert f"  no data ({DOUBT[0][1]}): SQS silent\n" in text
    assert "0%" not in text
    page = HtmlReporter().render(shown)
    assert "<summary>No data of 1 resource</summary>" in page
    assert f"<dt>{DOUBT[0][1]}</dt><dd>SQS silent</dd>" in page
    assert 'data-label="Used"' not in page
    text = MarkdownReporter().render(shown)
    assert "## Utilisation\n\nNot shown: 1 resource without data.\n" in text
    (used,) = json.loads(JsonReporter().render(shown))["utilisation"]["resources"]
    assert used["level"] is None
    assert used["unknown"] == [{"what": DOUBT[0][0], "reason": DOUBT[0][1]}]


def test_little_is_told_from_nothing() -> None:
    text = TextReporter(width=200).render(report(row("little", 0.1), row("nothing", 0.0)))
    assert "    <1% ░░░░░░░░░░ SQS little" in text
    assert "     0% ░░░░░░░░░░ SQS nothing" in text


def test_markdown_has_a_table_of_the_nearest_and_says_what_it_leaves_out() -> None:
    many = report(*(row(f"queue{number}", number) for number in range(12)), row("other", None))
    text = MarkdownReporter().render(many)
    lines = text[text.index("## Utilisation") :].splitlines()
    assert lines[2:4] == ["| used | resource | nearest limit |", "| ---: | --- | --- |"]
    assert lines[4] == (
        "| 11% | `SQS queue11 (111122223333 eu-west-1)`"
        " | messages in flight p99 11, max 16 of 100 messages in 14 days |"
    )
    assert lines[13].startswith("| 2% | `SQS queue2 ")
    assert lines[15] == "Not shown: 2 resources with data, 1 resource without data."


def test_no_name_ends_a_cell_of_markdown() -> None:
    text = MarkdownReporter().render(report(row("a|b`c", 80.0)))
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert html.count("<td") == 2 * 5 + 3


def test_what_is_left_out_is_said() -> None:
    many = report(*(row(f"queue{number}", number) for number in range(SHOWN)), row("other", None))
    said = "1 resource left out, 1 without data"
    assert f"\n  {said}\n" in TextReporter(width=200).render(many)
    assert f"<p>{said}.</p>" in HtmlReporter().render(many)
    used = json.loads(JsonReporter().render(many))["utilisation"]
    assert (used["omitted"], used["omitted_without_data"]) == (1, 1)


def test_bars_of_the_page_stand_beside_their_values() -> None:
    page = HtmlReporter().render(report(row("<b>", 120.0), row("orders", 80.0)))
    assert '120% <svg class="meter used"' in page
    assert '<rect width="100" height="10"/>' in page
    assert '<rect width="80" height="10"/>' in page
    assert '<span class="course" aria-hidden="true">▁ █</span>' in page
    assert "SQS &lt;b&gt;" in page


def test_reports_without_metrics_have_no_such_section() -> None:
    shown = samples.live()
    assert shown.utilisation == Utilisation()
    assert "Utilisation" not in TextReporter().render(shown)
    assert 'id="utilisation"' not in HtmlReporter().render(shown)
    assert json.loads(JsonReporter().render(shown))["utilisation"] is None
