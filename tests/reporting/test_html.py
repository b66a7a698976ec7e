from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise, product

import pytest
from msgspec.structs import replace

from auditor.architecture import Architecture, Edge, Node
from auditor.findings import Location, Outcome, Severity
from auditor.report import Report
from reports.html import SHOWN, TEMPLATES, HtmlReporter
from reports.picture.views import WHOLE, views_of
from reports.wording import SHAPES
from tests.reporting import samples

REPORTS = {
    "typical": samples.typical(),
    "live": samples.live(),
    "hostile": samples.hostile(),
    "empty": samples.report(),
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
VOID = {"meta", "input", "path", "rect", "use"}
CELLS = {"dt", "td", "th"}


class Page(HTMLParser):
    """The elements of a document, and the text of the whole and of each kind of element."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.data = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag
        if tag in CELLS:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"] and self.elements[-1][1].get("id") == "data":
            self.data += data
        for tag in {"", *self._open}:
            self.texts[tag] = self.texts.get(tag, "") + data

    @property
    def text(self) -> str:
        return " ".join(self.texts[""].split())

    def attributes(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795224300")


def page_of(report: Report) -> Page:
    return Page(HtmlReporter().render(report))


@every_report
def test_documents_are_well_formed_and_ids_unique(report: Report) -> None:
    page = page_of(report)

    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    links = {link.removeprefix("#") for link in page.attributes("href")}
    assert {link for link in links if "=" not in link} <= set(ids)
    assert set(page.attributes("aria-labelledby")) <= set(ids)


@every_report
def test_the_policy_allows_this_style_and_script_and_nothing_else(report: Report) -> None:
    page = page_of(report)

    def digest(tag: str) -> str:
        source = page.texts[tag].removeprefix(page.data)
        return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()

    (policy,) = [
        attributes["content"]
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest('style')}'; "
        f"script-src 'sha256-{digest('script')}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@every_report
def test_nothing_is_requested_and_nothing_inline_runs(report: Report) -> None:
    page = page_of(report)

    names = {name for _, attributes in page.elements for name in attributes}
    assert not names & {"src", "srcset", "style", "action", "data", "formaction", "xlink:href"}
    assert [name for name in names if name.startswith("on")] == []
    assert all(link.startswith("#") for link in page.attributes("href"))
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 2  # the data, and what runs
    assert page.attributes("type").count("application/json") == 1
    assert tags.count("style") == 1
    assert not set(tags) & {"link", "iframe", "object", "embed", "base", "form", "img"}


def test_every_fact_of_a_finding_is_shown() -> None:
    page = page_of(samples.typical())
    finding = samples.typical().violations[1]

    assert f"f-{finding.fingerprint}" in page.attributes("id")
    for fact in (
        "high",
        "SQS030 queue-without-dlq",
        "orders has no dead-letter queue",
        "Shop/Orders/Queue",
        "AWS::SQS::Queue",
        "infra/orders.yaml:12:3",
        "RedrivePolicy is absent",
        "When Environment=dev",
        "Related OrdersFn: consumer infra/orders.yaml:40:3",
        "Related Elsewhere: producer in another stack",
        "It comes back after every visibility timeout.",
        "maxReceiveCount: 5",
        "Guide: Dead Letter Queue Setup (lines 109-144)",
    ):
        assert fact in page.text


def test_fixes_keep_their_indentation() -> None:
    assert samples.without_dlq.remediation in HtmlReporter().render(samples.typical())


def test_coverage_doubts_and_accepted_findings_are_shown() -> None:
    text = page_of(samples.typical()).text

    assert "Coverage is incomplete: 2 gaps." in text
    assert "Missing permissions: sqs:GetQueueAttributes" in text
    assert "infra/broken.yaml not YAML none infra/broken.yaml:3:1" in text
    assert "depends on the parameter Stage, which has no value SQS030 StageQueue (infra/" in text
    assert "suppression: loss is fine here" in text
    assert "OldQueue infra/orders.yaml:12:3 baseline" in text
    assert "Undetermined 1 Gaps 2 Suppressed 1 Baselined 1" in text


def test_a_clean_report_says_so() -> None:
    text = page_of(samples.report()).text

    assert "0 findings" in text
    assert "Coverage is complete: everything could be read." in text
    assert "No finding is open." in text
    assert "Every rule came to a result." in text


def test_live_findings_show_account_and_region() -> None:
    text = page_of(samples.live()).text

    assert "Account 111122223333 eu-west-1" in text
    assert "accounts 111122223333" in text


def test_bars_have_numbers_and_the_longest_is_full() -> None:
    page = page_of(samples.typical())

    assert "critical 1 high 1 medium 0 low 1 info 0" in page.text
    assert "reliability 1 security 1 performance 0 cost 1 operations 0" in page.text
    assert "SQS 3" in page.text
    widths = [
        attributes["width"]
        for tag, attributes in page.elements
        if tag == "rect" and "rx" not in attributes
    ]
    severities, categories = ["100", "100", "0", "100", "0"], ["100", "100", "0", "100", "0"]
    assert widths == [*severities, *categories, "100", "60"]


def test_the_scorecard_counts_only_what_is_known_to_be_in_order() -> None:
    text = page_of(samples.typical()).text

    assert "Dead-letter queues 60 % 3 of 5 resources, 1 undetermined" in text
    assert "SQS030 queue-without-dlq: 1" in text
    assert "Alarms" not in text.partition("Architecture")[0]  # none of its rules ran


def test_the_head_says_when_and_how() -> None:
    text = page_of(samples.typical()).text

    assert "When 2026-11-21 01:25 UTC" in text
    assert "Command msgaudit scan infra" in text
    assert "1 suppressed, 1 baselined" in text


def test_the_architecture_is_drawn_and_told_in_words() -> None:
    page = page_of(samples.typical())

    assert "SQS queue OrdersQueue: 1 finding, worst high" in page.texts["title"]
    assert "Flow 1: 5 nodes" in page.text
    assert "Not connected: 1 node" in page.text
    assert "Elsewhere delivers to OrdersQueue (by Subscription, sqs)" in page.text
    assert "DelaySeconds: 5" in page.text
    assert {tag for tag, _ in page.elements} >= {"svg", "path", "marker"}


def test_a_large_flow_is_drawn_by_service_and_can_be_unfolded() -> None:
    def titles(size: int) -> list[str]:
        nodes = [Node(f"a#{n}", "AWS::SQS::Queue", f"Q{n}", "a", {}, ()) for n in range(size)]
        edges = [Edge("delivers to", one.id, other.id) for one, other in pairwise(nodes)]
        drawing = Architecture(tuple(nodes), tuple(edges))
        return [view.title for view in views_of(samples.report(architecture=drawing)).pictures]

    assert titles(60) == ["Flow 1: 60 nodes of a"]
    assert titles(61) == [
        "Flow 1: 61 nodes of a, drawn by service and stack",
        "Flow 1: 61 nodes of a, each drawn",
    ]
    assert titles(WHOLE + 1) == ["Flow 1: 401 nodes of a, drawn by service and stack"]


def test_only_the_worst_findings_stand_in_the_page_and_all_in_the_data() -> None:
    many = [
        samples.finding(samples.without_dlq, f"Queue{number}", f"finding {number}.")
        for number in range(SHOWN + 20)
    ]
    page = page_of(samples.report(*many))

    assert [tag for tag, _ in page.elements].count("article") == SHOWN
    assert "20 more are in the list" in page.text
    data = json.loads(page.data)
    assert data["count"] == SHOWN + 20
    assert len(set(data["columns"]["fingerprint"])) == SHOWN + 20


def test_texts_that_differ_in_the_name_of_the_resource_stand_once() -> None:
    named = [
        samples.finding(samples.without_dlq, name, f"{name} has no dead-letter queue of {name}.")
        for name in ("Orders", "Payments")
    ]
    data = json.loads(page_of(samples.report(*named)).data)

    assert "\ue000 has no dead-letter queue of \ue000." in data["texts"]
    assert [text for text in data["texts"] if "Orders" in text] == ["Orders"]
    assert data["same"]["message"] == data["texts"].index(
        "\ue000 has no dead-letter queue of \ue000."
    )


def test_what_is_deployed_is_accepted_by_tags_wherever_it_is_shown() -> None:
    (finding,) = samples.live().findings
    shown = replace(finding, location=Location("infra/a.yaml", 3, 3, 3, 9))

    assert "msgaudit:ignore = SQS030" in page_of(samples.report(shown)).text


def test_severities_differ_in_word_and_shape() -> None:
    assert set(SHAPES) == set(Severity)
    assert len(set(SHAPES.values())) == len(Severity)


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    document = HtmlReporter().render(samples.hostile())
    page = Page(document)

    assert "alert(1)" in page.text
    assert "alert(1)" not in page.texts["script"].removeprefix(page.data)
    assert "<" not in page.data
    assert "javascript:alert(1)//{{7*7}}{%raw%}" in page.text
    assert r"\u202egnp.exe" in page.text
    assert [line for line in document.split("\n") if not line.isprintable()] == []


def test_long_text_is_cut_and_says_so() -> None:
    finding = samples.finding(samples.without_dlq, "Queue", "x" * 10_000)

    assert "x... (8000 more characters)" in page_of(samples.report(finding)).text


def test_undetermined_results_are_no_findings() -> None:
    doubt = samples.finding(samples.without_dlq, "Queue", "no value", outcome=Outcome.UNDETERMINED)
    page = page_of(samples.report(doubt))

    assert "0 findings" in page.text
    assert not [tag for tag, _ in page.elements if tag == "article"]


def palette(scheme: int) -> dict[str, str]:
    css = (TEMPLATES / "palette.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", css)
    return {pair[0]: pair[1 + scheme] for pair in pairs}


def luminance(color: str) -> float:
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(scheme: int) -> None:
    colors = palette(scheme)
    severities = [severity.value for severity in Severity]
    pairs = [
        *product(["text", "muted", "link"], ["page", "surface", "sunken"]),
        *product(severities, ["surface"]),
        ("text", "mark"),
    ]
    for front, back in pairs:
        lighter, darker = sorted((luminance(colors[front]), luminance(colors[back])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (front, back)
