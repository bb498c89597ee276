"""Traits: what changed is written, what is old counts as null, and conditions read them alike in a closure and in SQL."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phakdi.flows.apply_program import apply_program
from phakdi.flows.dry_run import dry_run
from phakdi.flows.erase_member import erase_member
from phakdi.flows.record_activities import record_activities
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.conditions import Leaf, compile_closure, compile_sql, parse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import recording
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.programs.fields import Fields
from phakdi.people.traits.core import CHOICES, FRESH, LIFETIME, PREFIX, RECOMMEND, TRAITS, TraitRow, read_value, told_value
from phakdi.people.traits.operations import forget_members, forget_old, write_traits
from phakdi.people.traits.queries import kept_values, read_traits, told_traits, traits_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
PROGRAM = """
key: shop
currency: THB
time_zone: Asia/Bangkok
units: {points: {kind: points}}
earning:
  - {key: base, on: purchase, give: [{points: 1, per: 1}]}
  - {key: come_back, on: purchase, when: {member.trait.churn_risk: high}, give: [{points: 50}]}
"""


def write(shop, *rows, source=LIFETIME, now=NOW, run=None):
    with organization_scope(shop):
        return write_traits(organization_id=shop, source=source, run_id=run or new_id(), rows=rows, now=now)


def test_only_what_changed_is_written_and_what_grows_old_is_renewed(shop, member_id, new_member):
    other = new_member()
    first = [TraitRow(member_id, {"purchase_days": 3}), TraitRow(other, {"purchase_days": 1}, {"p_alive": "too_few_repeaters"})]
    assert write(shop, *first) == 2
    assert write(shop, *first, now=NOW + timedelta(days=1)) == 0
    changed = TraitRow(member_id, {"purchase_days": 4})
    run = new_id()
    assert write(shop, changed, first[1], now=NOW + timedelta(days=2), run=run) == 1
    with organization_scope(shop):
        mine = traits_of(organization_id=shop, member_id=member_id)["purchase_days"]
        theirs = traits_of(organization_id=shop, member_id=other)
        assert dict(kept_values(organization_id=shop, name="purchase_days")) == {member_id: "4", other: "1"}
    assert (mine.value, mine.run_id, mine.computed_at) == (4, run, NOW + timedelta(days=2))
    assert (theirs["p_alive"].value, theirs["p_alive"].reason) == (None, "too_few_repeaters")
    assert write(shop, changed, first[1], now=NOW + timedelta(days=5)) == 1, "the other one's row would soon be too old"


def test_sources_write_their_own_traits_beside_one_another(shop, member_id):
    write(shop, TraitRow(member_id, {"churn_risk": "low", "p_alive": 730}))
    write(shop, TraitRow(member_id, {"recommended_product_ids": ["a", "b"]}), source=RECOMMEND)
    with pytest.raises(AssertionError):
        write(shop, TraitRow(member_id, {"churn_risk": "low"}), source=RECOMMEND)
    with organization_scope(shop):
        told = told_traits(traits_of(organization_id=shop, member_id=member_id), at=NOW)
        assert {name: each["value"] for name, each in told.items()} == {
            "churn_risk": "low",
            "p_alive": 0.73,
            "recommended_product_ids": ["a", "b"],
        }
        late = told_traits(traits_of(organization_id=shop, member_id=member_id), at=NOW + timedelta(days=9))
        assert {(each["value"], each["reason"]) for each in late.values()} == {(None, "too_old")}
        assert forget_old(organization_id=shop, source=RECOMMEND, now=NOW + timedelta(days=91)) == 1
        assert forget_members(organization_id=shop, member_ids=[member_id]) == 1
        assert traits_of(organization_id=shop, member_id=member_id) == {}


def bought(ref):
    return {"kind": "purchase", "at": NOW, "origin": "pos", "ref": ref, "amount": 10}


def test_a_rule_reads_a_trait_and_one_that_is_too_old_counts_for_nothing(organization_id, member_id, new_member):
    apply_program(organization_id=organization_id, text=PROGRAM, now=NOW, effective_from=NOW - timedelta(days=1))
    quiet = new_member()
    write(organization_id, TraitRow(member_id, {"churn_risk": "high"}), TraitRow(quiet, {"churn_risk": "low"}))

    def points(ref, who=member_id):
        answer = record_activity(organization_id=organization_id, member_id=who, activity=bought(ref), now=NOW)
        return answer.outcome["earned"]["points"]

    assert (points("1"), points("2", quiet)) == (60, 10)
    reports = [(who, bought(f"m-{who}")) for who in (member_id, quiet)]
    answers = record_activities(organization_id=organization_id, items=reports, now=NOW)
    assert [each.outcome["earned"]["points"] for each in answers] == [60, 10]
    write(organization_id, TraitRow(member_id, {"churn_risk": "high"}), now=NOW - FRESH - timedelta(seconds=1), run=new_id())
    with organization_scope(organization_id), connection.cursor() as cursor:
        cursor.execute("UPDATE member_trait SET computed_at = %s", [NOW - FRESH - timedelta(seconds=1)])
    assert points("3") == 10


def test_a_program_without_traits_reads_none(shop, member_id, monkeypatch):
    monkeypatch.setattr(recording.queries, "add_traits", lambda *_, **__: pytest.fail("nobody asked for traits"))
    record_activity(organization_id=shop, member_id=member_id, activity=bought("1"), now=NOW)
    assert compile_program(load_program(PROGRAM)).traits == {"churn_risk"}


# --- closure and SQL ----------------------------------------------------------------------------------------------------

FIELDS = Fields(load_program(PROGRAM), 2)
WORDS = {"text": ["low", "high", "champions", "กาแฟ"], "list": ["a", "b", "ช้าง"]}
VALUES = {
    "integer": st.integers(-3, 6),
    "money": st.integers(-300, 300),
    "decimal": st.integers(0, 1000),
    "date": st.dates(datetime(2026, 1, 1).date(), datetime(2026, 1, 5).date()).map(lambda day: day.isoformat()),
    "text": st.sampled_from(WORDS["text"]),
    "list": st.lists(st.sampled_from(WORDS["list"]), max_size=3, unique=True),
}


def asked(name):
    """Return conditions on one trait."""
    kind, field = TRAITS[name].type, PREFIX + name
    if kind == "text":
        words = list(CHOICES.get(name) or WORDS["text"])
        tests = st.sampled_from([{"is": words[0]}, {"is_not": words[0]}, {"in": words[:2]}, {"exists": True}, {"exists": False}])
    elif kind == "list":
        tests = st.sampled_from([{"contains": "a"}, {"any_in": ["a", "ช้าง"]}, {"not_in": ["b"]}, {"exists": True}])
    else:
        value = {"date": st.just("2026-01-03"), "integer": st.integers(0, 4), "money": st.integers(-2, 2)}.get(
            kind, st.sampled_from(["0.35", "0.5"])
        )
        tests = st.tuples(st.sampled_from(["at_least", "less_than", "is", "is_not"]), value).map(lambda pair: dict([pair]))
    return tests.map(lambda test: {field: test})


CASES = st.sampled_from(sorted(TRAITS)).flatmap(
    lambda name: st.tuples(st.just(name), asked(name), st.none() | VALUES[TRAITS[name].type], st.sampled_from([0, 1, 7, 9, 30]))
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=CASES)
def test_the_closure_holds_exactly_when_the_sql_holds(shop, member_id, case):
    name, condition, value, days = case
    now = utc_now()
    source = TRAITS[name].source
    values = {} if value is None else {name: value}
    with organization_scope(shop):
        forget_members(organization_id=shop, member_ids=[member_id])
    write(shop, TraitRow(member_id, values), source=source, now=now - timedelta(days=days))
    node = parse(condition, FIELDS.catalogue, path="when")
    assert isinstance(node, Leaf)
    state = SimpleNamespace(profile=SimpleNamespace(traits=read_traits(organization_id=shop, member_ids=[member_id])[member_id]))
    holds = compile_closure(node, FIELDS.getter)(SimpleNamespace(state=state, local=now))
    text, params = compile_sql(node, FIELDS.catalogue)
    with organization_scope(shop), connection.cursor() as cursor:
        cursor.execute(f"SELECT {text} FROM member AS m WHERE m.id = %s", [*params, member_id])
        assert cursor.fetchone() == (holds,)


def test_values_are_told_as_the_outside_reads_them():
    assert told_value("p_alive", 125) == 0.125
    assert told_value("clv_12m_minor", 125) == 125
    assert read_value("p_alive", None, NOW) is None


def test_who_is_forgotten_leaves_no_traits(shop, member_id, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    write(shop, TraitRow(member_id, {"churn_risk": "high"}))
    erase_member(organization_id=shop, member_id=member_id, now=NOW)
    assert write(shop, TraitRow(member_id, {"churn_risk": "high"})) == 0, "a snapshot that was made before brings nothing back"
    assert read_traits(organization_id=shop, member_ids=[member_id]) == {}


def test_a_reward_for_those_at_risk_is_offered_to_them_alone(organization_id, member_id, new_member):
    text = PROGRAM + "rewards:\n  cup: {cost: {points: 1}, when: {member.trait.churn_risk: high}}\n"
    apply_program(organization_id=organization_id, text=text, now=NOW, effective_from=NOW - timedelta(days=1))
    quiet = new_member()
    write(organization_id, TraitRow(member_id, {"churn_risk": "high"}), TraitRow(quiet, {"churn_risk": "low"}))
    for who in (member_id, quiet):
        record_activity(organization_id=organization_id, member_id=who, activity=bought(f"first-{who}"), now=NOW)
    redeem = {"kind": "redeem", "reward": "cup", "at": NOW}
    assert dry_run(organization_id=organization_id, member_id=member_id, activity=redeem, now=NOW).status == "BOOKED"
    with pytest.raises(Rejected):
        dry_run(organization_id=organization_id, member_id=quiet, activity=redeem, now=NOW)
