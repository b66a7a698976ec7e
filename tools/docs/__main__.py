"""`python -m tools.docs` writes the generated documents; with `--check` it only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.docs.documents import Documents, differences, generate, write

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """Write the documents, or say which of them are stale: then the status is 1."""
    documents: Documents = generate(ROOT)
    if arguments != ["--check"]:
        write(ROOT, documents)
        return 0
    stale = differences(ROOT, documents)
    for path in stale:
        print(f"{path} is stale: run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
