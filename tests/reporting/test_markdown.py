from __future__ import annotations

from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from auditor.findings import Outcome
from auditor.report import Report
from reports.markdown import MarkdownReporter
from tests.reporting import samples

TAGS = {"h1", "h2", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}
COMMENT = 65_536


class Page(HTMLParser):
    """What a reader of the Markdown sees: its tags, and its text inside and outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.code: list[str] = []
        self.prose: list[str] = []
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        (self.code if self.tags[-1:] == ["code"] else self.prose).append(data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")


def page(report: Report) -> Page:
    return Page(MarkdownReporter().render(report))


def test_a_finding_says_what_and_where() -> None:
    assert (
        "- **high** SQS030 queue-without-dlq: `orders has no dead-letter queue."
        " RedrivePolicy is absent. Holds when Environment=dev.`\n"
        "  `infra/orders.yaml:12:3` `Shop/Orders/Queue`\n"
    ) in MarkdownReporter().render(samples.typical())


def test_severities_are_a_table() -> None:
    seen = page(samples.typical())

    assert seen.tags.count("table") == 1
    assert seen.tags.count("tr") == 6
    assert "| critical | 1 |" in MarkdownReporter().render(samples.typical())


def test_what_is_not_known_is_shown() -> None:
    seen = page(samples.typical())

    assert "Undetermined: neither passed nor failed" in seen.prose
    assert "RedrivePolicy depends on the parameter Stage, which has no value" in seen.code
    assert "Could not be read" in seen.prose
    assert any("missing permission sqs:GetQueueAttributes" in text for text in seen.code)


def test_undetermined_results_stand_together_by_what_is_not_known() -> None:
    doubts = [
        samples.finding(of, name, "Stage is unknown", outcome=Outcome.UNDETERMINED)
        for of in (samples.without_dlq, samples.public_policy) for name in ("Queue", "Other")
    ]  # fmt: skip
    text = MarkdownReporter().render(samples.report(*doubts))

    assert "\n- `Stage is unknown`: 2 resources, for SQS050, SQS030\n" in text


def test_accepted_findings_are_counted_but_not_listed() -> None:
    text = MarkdownReporter().render(samples.typical())

    assert "1 suppressed, 1 baselined" in text
    assert "LossyQueue" not in text


def test_a_clean_report_says_so() -> None:
    text = MarkdownReporter().render(samples.report())

    assert text.startswith("# msgaudit\n\n0 findings. Audited 42 resources")
    assert text.endswith("\nNothing to do: everything could be read, and no rule found anything.\n")


def test_it_fits_into_a_comment_and_says_what_is_missing() -> None:
    noise = "".join(chr(0x1F600 + number % 50) for number in range(3_000))
    findings = [samples.finding(samples.without_dlq, f"{noise}{n}", noise) for n in range(300)]
    text = MarkdownReporter().render(samples.report(*findings))

    shown = text.count("- **high** SQS030")
    assert len(text) < COMMENT
    assert 0 < shown < 25
    assert f"- and {300 - shown} more\n" in text


def test_only_the_worst_are_listed() -> None:
    findings = [samples.finding(samples.without_dlq, f"Queue{n}", "none") for n in range(30)]
    worst = samples.finding(samples.public_policy, "Public", "everyone")
    text = MarkdownReporter().render(samples.report(*findings, worst))

    assert text.count("- **") == 25
    assert "## Worst findings\n\n- **critical** SQS050" in text
    assert "- and 6 more\n" in text


@pytest.mark.parametrize("report", [samples.hostile(), samples.hostile_account()])
def test_hostile_text_is_only_ever_code(report: Report) -> None:
    seen = page(report)
    prose = " ".join(seen.prose)

    assert {tag.removeprefix("/") for tag in seen.tags} <= TAGS
    assert any("<script>alert(1)</script>" in text for text in seen.code)
    assert not any(sign in prose for sign in ("<", "@", "http", "[", "`", "alert", "::"))


def test_hostile_text_does_not_command_ci_runners() -> None:
    text = MarkdownReporter().render(samples.hostile())

    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
    assert "##[" not in text
    assert "##vso[" not in text


@pytest.mark.parametrize("text", ["a`b", "``", "`", "a```b`c", "` `` `", "\\`", "a|b", "\\|"])
def test_code_spans_hold_any_text(text: str) -> None:
    made = samples.finding(samples.without_dlq, "Queue", text)

    assert f"{text}." in page(samples.report(made)).code


def test_the_way_of_a_message_is_told() -> None:
    rendered = MarkdownReporter().render(samples.typical())

    assert "  way: `Elsewhere -> OrdersQueue -> OrdersFn`" in rendered
    assert rendered.count("way: ") == 1
