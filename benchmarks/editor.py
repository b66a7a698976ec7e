"""How long an editor waits for the findings after a keystroke."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.measure import RUNS, Contender, machine, print_table
from tests.lsp.client import Client

_PAIRS = 250
_PAIR = """  Queue{0}:
    Type: AWS::SQS::Queue
    Properties:
      ReceiveMessageWaitTimeSeconds: 20
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt Dead{0}.Arn, maxReceiveCount: 5}}
  Dead{0}:
    Type: AWS::SQS::Queue
    Properties: {{MessageRetentionPeriod: 1209600}}
"""


def compare_keystrokes() -> None:
    """Print the time from a keystroke to the diagnostics beside that of a whole scan."""
    text = "Resources:\n" + "".join(_PAIR.format(number) for number in range(_PAIRS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "template.yaml")
        path.write_text(text)
        command = [sys.executable, "-m", "auditor", "scan", "--no-cache", str(path)]
        scan = Contender("msgaudit scan", command)
        for _ in range(RUNS):
            scan.run()
        waits = _keystrokes(Path(folder), path.as_uri(), text)
    print(f"\nA keystroke in a template of {2 * _PAIRS} resources ({machine()}; {RUNS} runs):\n")
    rows = [
        (name, f"{median(seconds):.3g} s", f"{min(seconds):.3g} s", f"{max(seconds):.3g} s")
        for name, seconds in (("msgaudit scan", scan.seconds), ("msgaudit lsp", waits))
    ]
    print_table(("", "wall: median", "min", "max"), rows)


def _keystrokes(folder: Path, uri: str, text: str) -> list[float]:
    client = Client(folder)
    client.open(uri, text)
    waits = []
    for version in range(2, 2 + 2 * RUNS):
        start = time.perf_counter()
        client.change(uri, version, f"{text}# {version}\n")
        client.diagnostics(version)
        waits.append(time.perf_counter() - start)
    client.close()
    return waits
