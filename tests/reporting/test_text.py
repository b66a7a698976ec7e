from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from auditor.findings import Gap, Location, Outcome, Related, Severity
from reports.text import REASONS_SHOWN, TextReporter
from tests.reporting import samples

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def positions(text: str, *needles: str) -> list[int]:
    return [text.index(needle) for needle in needles]


def test_resources_beside_the_finding_have_no_arn() -> None:
    (finding,) = samples.live().findings
    ids = [
        finding.resource.id,
        "arn:aws:sns:eu-west-1:111122223333:orders",
        "arn:aws:iam::1:role/x",
    ]
    ids += ["arn:aws:iam::111122223333:role/x", "arn:aws:sqs:us-east-1:111122223333:far"]
    steps = tuple(Related(id_, "passes") for id_ in ids)
    shown = replace(finding, steps=steps, related=steps[1:3])
    text = TextReporter(width=300).render(samples.report(shown))

    assert (
        "way: orders -> orders -> arn:aws:iam::1:role/x -> role/x"
        " -> arn:aws:sqs:us-east-1:111122223333:far\n"
        "    related: orders: passes\n"
        "    related: arn:aws:iam::1:role/x: passes\n"
    ) in text


def test_a_finding_says_what_where_why_and_what_next() -> None:
    text = TextReporter().render(samples.typical())

    assert (
        "  high SQS030 queue-without-dlq\n"
        "    orders has no dead-letter queue\n"
        "    at: infra/orders.yaml:12:3 Shop/Orders/Queue (AWS::SQS::Queue)\n"
        "    12 | OrdersQueue:\n"
        "       | ^^^^^^^^^^^\n"
        "    evidence: RedrivePolicy is absent\n"
        "    when: Environment=dev\n"
        "    way: Elsewhere -> OrdersQueue -> OrdersFn\n"
        "    related: OrdersFn: consumer (infra/orders.yaml:40:3)\n"
        "    related: Elsewhere: producer in another stack\n"
        "    guide: Dead Letter Queue Setup (lines 109-144)\n"
        "    fix: msgaudit explain SQS030\n"
    ) in text


def test_the_worst_finding_and_the_summary_come_last() -> None:
    text = TextReporter().render(samples.typical())

    order = positions(
        text, "Undetermined:", "Could not be read:", "low SQS070", "high SQS030",
        "critical SQS050", "3 findings", "Next:",
    )  # fmt: skip
    assert order == sorted(order)


def test_the_summary_counts_everything() -> None:
    text = TextReporter(width=200).render(samples.typical())

    assert (
        "3 findings (1 critical, 1 high, 1 low), 1 undetermined, 1 suppressed, 1 baselined, 2 gaps."
        " Audited 42 resources and 61 edges with 3 rules.\n"
        "Next: msgaudit explain SQS050"
    ) in text


def test_accepted_findings_are_not_listed() -> None:
    text = TextReporter().render(samples.typical())

    assert "LossyQueue" not in text
    assert "OldQueue" not in text


def test_live_findings_are_grouped_by_account_and_region() -> None:
    text = TextReporter().render(samples.live())

    assert text.startswith("account 111122223333, region eu-west-1\n\n  high SQS030")
    assert "at: arn:aws:sqs:eu-west-1:111122223333:orders (AWS::SQS::Queue)\n" in text


@pytest.mark.parametrize(
    ("width", "shown"),
    [(120, "producer -> between -> last"), (40, "... -> between -> last"), (30, "between -> last")],
)
def test_the_end_of_a_way_fits_on_a_line(width: int, shown: str) -> None:
    names = ("a-very-long-name-of-a-producer", "between", "last")
    steps = tuple(Related(name, "sends") for name in names)
    made = samples.finding(samples.without_dlq, "Queue", "none", steps=steps)
    text = TextReporter(width=width).render(samples.report(made))

    assert f"{shown}\n" in text


def test_rounds_and_two_stations_are_never_cut() -> None:
    names = ("a-very-long-name-of-a-producer", "between", "a-very-long-name-of-a-producer")
    for shown in (names, names[:2]):
        steps = tuple(Related(name, "sends") for name in shown)
        made = samples.finding(samples.without_dlq, "Queue", "none", steps=steps)
        text = TextReporter(width=40).render(samples.report(made))

        assert " ".join(text.split()).count(" -> ".join(shown)) == 1


def test_undetermined_resources_of_one_name_are_told_apart_by_their_files() -> None:
    doubts = [
        samples.finding(
            samples.without_dlq, "Queue", "no value", Location(path, 1, 1, 1, 2),
            outcome=Outcome.UNDETERMINED,
        )
        for path in ("a.yaml", "b.yaml")
    ]  # fmt: skip
    text = TextReporter().render(samples.report(*doubts))

    assert "    for: Queue (a.yaml), Queue (b.yaml)\n" in text


def test_undetermined_results_of_an_account_name_service_and_name() -> None:
    (found,) = samples.live().findings
    text = TextReporter().render(samples.report(replace(found, outcome=Outcome.UNDETERMINED)))

    assert "    for: SQS orders\n" in text


def test_parameters_are_no_answer_for_accounts() -> None:
    report = samples.live()
    doubt = replace(report.findings[0], outcome=Outcome.UNDETERMINED)
    text = TextReporter().render(replace(report, findings=(doubt,)))

    assert text.endswith(
        "\nNext: read why some results are undetermined; all others are in order.\n"
    )


def test_undetermined_results_are_grouped_by_reason() -> None:
    reasons = {"QueueA": "no value", "QueueB": "no value", "QueueC": "imported"}
    doubts = [
        samples.finding(samples.without_dlq, queue, reason, outcome=Outcome.UNDETERMINED)
        for queue, reason in reasons.items()
    ]
    text = TextReporter().render(samples.report(*doubts))

    assert text.startswith(
        "Undetermined: 3 results\n"
        "  no value\n"
        "    for: QueueA, QueueB\n"
        "    rules: SQS030\n"
        "  imported\n"
        "    for: QueueC\n"
        "    rules: SQS030\n"
    )
    assert "Next: --parameter NAME=VALUE" in text


def test_more_reasons_than_anyone_reads_are_counted() -> None:
    doubts = [
        samples.finding(samples.without_dlq, "Queue", f"reason {n}", outcome=Outcome.UNDETERMINED)
        for n in range(REASONS_SHOWN + 2)
    ]
    text = TextReporter().render(samples.report(*doubts))

    assert f"reason {REASONS_SHOWN - 1}\n" in text
    assert "  and 2 other reasons; -f json has them all\n" in text
    assert f"reason {REASONS_SHOWN}\n" not in text


def test_gaps_name_the_missing_permission() -> None:
    denied = Gap("sqs:ListQueues in eu-west-1", "AccessDenied", "sqs:ListQueues")
    text = TextReporter(width=120).render(samples.report(gaps=(denied,)))

    assert (
        "  sqs:ListQueues in eu-west-1: AccessDenied; missing permission sqs:ListQueues\n" in text
    )
    assert "Next: msgaudit iam-policy" in text


def test_a_clean_report_says_so() -> None:
    assert TextReporter().render(samples.report()) == (
        "0 findings. Audited 42 resources and 61 edges with 3 rules.\n"
        "Nothing to do: everything could be read, and no rule found anything.\n"
    )


def test_a_report_of_accepted_findings_says_so() -> None:
    accepted = samples.finding(samples.without_dlq, "Queue", "none", suppression="fine here")
    text = TextReporter().render(samples.report(accepted))

    assert text.startswith("0 findings, 1 suppressed.")
    assert text.endswith(
        "\nNothing to do: everything could be read, and all that was found is accepted.\n"
    )


def test_what_could_not_be_told_was_not_read_although_it_is_accepted() -> None:
    unknown = samples.finding(samples.without_dlq, "Queue", "not known")
    accepted = replace(unknown, outcome=Outcome.UNDETERMINED, baselined=True)
    text = TextReporter().render(samples.report(accepted))

    assert text.startswith("0 findings, 1 baselined.")
    assert text.endswith("all that was found, or could not be told, is accepted.\n")


def test_color_adds_nothing_but_color() -> None:
    plain = TextReporter(color=False).render(samples.typical())
    colored = TextReporter(color=True).render(samples.typical())

    assert "\x1b" not in plain
    assert f"\x1b[1;31m{Severity.CRITICAL.value}\x1b[0m" in colored
    assert ANSI.sub("", colored) == plain


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_fit_the_terminal(width: int) -> None:
    wordy = samples.finding(
        samples.without_dlq,
        "OrdersQueue",
        "word " * 200,
        samples.line("a.yaml", 12, f"    Description: {'long words ' * 40}"),
        evidence=("fact " * 100,),
    )
    text = TextReporter(width=width).render(samples.report(wordy))

    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_neither_controls_the_terminal_nor_fakes_lines(color: bool) -> None:
    text = ANSI.sub("", TextReporter(color=color).render(samples.hostile()))

    assert [line for line in text.split("\n") if not line.isprintable()] == []
    assert r"\u202egnp.exe" in text
    assert r"\x1b]0;owned\x07" in text
    assert r"line\r\nfake\u2028line" in text


def test_hostile_text_does_not_command_ci_runners() -> None:
    text = TextReporter().render(samples.hostile())

    assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []
    assert "##[" not in text
    assert "##vso[" not in text
    assert r"\::stop-commands::x" in text


def test_long_text_is_cut_and_says_so() -> None:
    long = samples.finding(samples.without_dlq, "OrdersQueue", "x" * 10_000)
    text = TextReporter().render(samples.report(long))

    assert "(9400 more characters)" in text.replace("\n      ", " ")
    assert len(text) < 2_000


@pytest.mark.parametrize(
    ("excerpt", "column", "end", "shown", "marker"),
    [
        ("  Orders: {Type: X}", 12, 16, "Orders: {Type: X}", "         ^^^^"),
        ("\t\tOrders: 1", 3, 9, "Orders: 1", "^^^^^^"),
        ("名前: orders", 5, 11, "名前: orders", "      ^^^^^^"),
        ("a: \u202eb", 5, 6, r"a: \u202eb", "         ^"),
        ("short", 40, 50, "short", "     ^"),
    ],
)
def test_the_marker_stands_under_what_is_meant(
    excerpt: str, column: int, end: int, shown: str, marker: str
) -> None:
    place = Location("a.yaml", 1, column, 1, end, excerpt)
    text = TextReporter().render(
        samples.report(samples.finding(samples.without_dlq, "OrdersQueue", "none", place))
    )

    assert f"    1 | {shown}\n      | {marker}\n" in text


def test_a_long_source_line_is_cut_around_what_is_meant() -> None:
    excerpt = f'{{"Before": "{"x" * 300}", "Queue": {{}}, "After": "{"y" * 300}"}}'
    column = excerpt.index('"Queue"') + 1
    place = Location("a.json", 1, column, 1, column + len('"Queue"'), excerpt)
    lines = (
        TextReporter()
        .render(samples.report(samples.finding(samples.without_dlq, "Queue", "none", place)))
        .splitlines()
    )

    source = next(line for line in lines if line.startswith("    1 |"))
    marker = lines[lines.index(source) + 1]
    assert len(source) <= 80
    assert source[marker.index("^") : marker.rindex("^") + 1] == '"Queue"'
