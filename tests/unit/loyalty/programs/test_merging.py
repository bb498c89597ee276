"""Two people change one program: nothing of either is lost where they changed different things."""

from phakdi.loyalty.programs.merging import merge

BASE = {
    "key": "a",
    "earning": [{"key": "base", "give": {"points": 1, "per": 25}}, {"key": "quiet", "give": {"multiply": 2}}],
    "rewards": {"cup": {"stock": 1}, "cake": {"stock": 2}},
}


def changed(**parts):
    return {**BASE, **parts}


def test_changes_of_different_things_come_together():
    mine = changed(rewards={"cup": {"stock": 9}, "cake": {"stock": 2}, "tea": {"stock": 3}})
    theirs = changed(earning=[{"key": "base", "give": {"points": 2, "per": 25}}, BASE["earning"][1]])
    merged, clashes = merge(BASE, mine, theirs)
    assert merged == {**theirs, "rewards": mine["rewards"]}
    assert clashes == []


def test_rules_of_both_stand_and_what_either_took_out_is_gone():
    mine = changed(earning=[BASE["earning"][0], {"key": "mine", "give": {"points": 1}}])
    theirs = changed(earning=[*BASE["earning"], {"key": "theirs", "give": {"points": 2}}])
    merged, clashes = merge(BASE, mine, theirs)
    assert [rule["key"] for rule in merged["earning"]] == ["base", "theirs", "mine"]
    assert clashes == []


def test_where_both_changed_the_same_mine_stands_and_is_told():
    mine, theirs = changed(rewards={"cup": {"stock": 5}}), changed(rewards={"cup": {"stock": 7}, "cake": {"stock": 2}})
    merged, clashes = merge(BASE, mine, theirs)
    assert merged["rewards"] == {"cup": {"stock": 5}}
    assert clashes == ["rewards.cup.stock"]


def test_what_one_took_out_and_the_other_changed_is_told():
    mine, theirs = changed(rewards={"cup": {"stock": 1}}), changed(rewards={"cup": {"stock": 1}, "cake": {"stock": 3}})
    merged, clashes = merge(BASE, mine, theirs)
    assert merged["rewards"] == {"cup": {"stock": 1}}
    assert clashes == ["rewards.cake"]


def test_the_same_change_of_both_is_no_clash():
    both = changed(key="b")
    assert merge(BASE, both, both) == (both, [])
