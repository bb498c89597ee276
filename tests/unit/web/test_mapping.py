"""The map that we draw: every store is on it, none hides another, north is up, and nothing that people wrote becomes markup."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from phakdi.web.public.mapping import HEIGHT, RADIUS, WIDTH, Point, draw_map

PLACES = st.lists(st.tuples(st.floats(-84, 84), st.floats(-179, 179)), min_size=1, max_size=12)


def pins(svg):
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([-\d.]+)" cy="([-\d.]+)"', svg)]


def points(places):
    return [Point(n, f"Store {n}", f"store-{n}", *place) for n, place in enumerate(places, start=1)]


@given(PLACES)
def test_every_store_is_in_the_picture(places):
    found = pins(draw_map(points(places), "Stores"))

    assert len(found) == len(places)
    assert all(RADIUS - 1 <= x <= WIDTH - RADIUS + 1 and RADIUS - 1 <= y <= HEIGHT - RADIUS + 1 for x, y in found)


def test_stores_of_one_street_do_not_hide_each_other():
    found = pins(draw_map(points([(13.7455, 100.5331 + n / 1_000_000) for n in range(8)]), "Stores"))

    apart = [math.dist(one, other) for n, one in enumerate(found) for other in found[n + 1 :]]
    assert min(apart) >= 2 * RADIUS


def test_north_is_up_and_east_is_right():
    (bangkok, chiang_mai, phuket) = pins(draw_map(points([(13.75, 100.5), (18.79, 98.98), (7.88, 98.39)]), "Stores"))

    assert chiang_mai[1] < bangkok[1] < phuket[1]
    assert bangkok[0] > chiang_mai[0]


def test_names_are_texts_and_no_points_are_no_map():
    svg = draw_map([Point(1, "<script>alert(1)</script>", 'x"onclick="', 13.7, 100.5)], '"><b>')

    assert "<script" not in svg
    assert 'onclick="' not in svg.replace("&quot;onclick=&quot;", "")
    assert "<b>" not in svg
    assert draw_map([], "Stores") == ""
