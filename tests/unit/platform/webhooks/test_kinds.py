"""What is told outside: every fact is either documented with an example, or listed as not told."""

import ast
import json
import re
from pathlib import Path

from phakdi.flows.webhook_kinds import EVENT_KINDS, NOT_TOLD

ROOT = Path(__file__).parents[4]
SOURCE = ROOT / "src" / "phakdi"
TOPIC = re.compile(r"[a-z_]+\.[a-z_]+")


def topics():
    """Return every topic that is published: by name in facts, by flows, by the engine."""
    found = set()
    for path in SOURCE.rglob("facts.py"):
        found |= {node.value.value for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)}
    for path in (SOURCE / "loyalty" / "engine").rglob("*.py"):
        found |= set(re.findall(r'(?:work\.fact|Fact)\(\s*"([a-z_.]+)"', path.read_text()))
        found |= set(re.findall(r'"((?:level|points)\.[a-z_]+)"', path.read_text()))
    return {each for each in found if TOPIC.fullmatch(str(each))}


def test_every_topic_is_told_or_listed_as_not_told():
    assert {"points.earned", "points.left", "level.upgraded", "voucher.used"} <= topics(), "the search sees too little"
    assert topics() - set(EVENT_KINDS) - set(NOT_TOLD) == set()
    assert set(EVENT_KINDS) & set(NOT_TOLD) == set()


def test_page_shows_every_kind_with_its_example():
    page = (ROOT / "docs" / "webhooks.md").read_text()
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \|.*\| `(\{.*\})` \|$", page, re.MULTILINE))
    assert {kind: json.loads(example) for kind, example in rows.items()} == {
        kind: dict(each.data) for kind, each in EVENT_KINDS.items()
    }


def test_receivers_check_of_the_page_accepts_what_is_sent_and_nothing_else():
    import time
    from datetime import UTC, datetime

    from phakdi.platform.webhooks import core

    page = (ROOT / "docs" / "webhooks.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    names = {}
    exec(code, names)
    old, new, body = core.new_secret(), core.new_secret(), b'{"id": "evt_1"}'
    headers = core.headers(secrets_used=[new, old], webhook_id="evt_1", at=datetime.now(UTC), body=body)
    assert [names["is_ours"](secret, headers, body) for secret in (old, new, core.new_secret())] == [True, True, False]
    assert not names["is_ours"](new, headers, body + b" ")
    late = core.headers(secrets_used=[new], webhook_id="evt_1", at=datetime.fromtimestamp(time.time() - 301, UTC), body=body)
    assert not names["is_ours"](new, late, body)
