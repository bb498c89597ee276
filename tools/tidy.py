"""Hold functions and files to a size: what is over the limit already may shrink, never grow.

python tools/tidy.py            complain about what is too long
python tools/tidy.py --record   take today's sizes of what is over the limit as the new upper bound
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = Path(__file__).with_suffix(".json")
FUNCTION_MAX, FILE_MAX, TEST_FILE_MAX = 70, 500, 800


def main() -> int:
    """Compare with the record and return the exit code."""
    found = dict(too_long())
    if "--record" in sys.argv:
        RECORD.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    allowed = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    grown = [f"{name}: {lines} lines" for name, lines in sorted(found.items()) if lines > allowed.get(name, 0)]
    for line in grown:
        print(line)
    return 1 if grown else 0


def too_long() -> Iterator[tuple[str, int]]:
    """Yield what is over its limit, with its number of lines."""
    for folder in ("src", "tests", "bench", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            name = str(path.relative_to(ROOT))
            lines = text.count("\n")
            if lines > (TEST_FILE_MAX if folder == "tests" else FILE_MAX):
                yield name, lines
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                    size = node.end_lineno - node.lineno + 1
                    if size > FUNCTION_MAX:
                        yield f"{name}:{node.name}", size


if __name__ == "__main__":
    sys.exit(main())
