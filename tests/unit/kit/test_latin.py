"""Thai names become names for addresses, as people would spell them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.thai import to_slug

SLUG = re.compile(r"([a-z0-9](?:-?[a-z0-9])*)?")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("บ้านใบชา", "banbaicha"),
        ("ริมน้ำคาเฟ่", "rimnamkhafe"),
        ("ครัวคุณแม่", "khruakhunmae"),
        ("โรงแรมสบายดี", "rongraemsobaidi"),
        ("ข้าวมันไก่ประตูน้ำ", "khaomankaipratunam"),
        ("ก๋วยเตี๋ยวเรือ", "kuaitiaoruea"),
        ("กรุงเทพ", "krungthep"),
        ("ภักดี", "phakdi"),
        ("กาแฟริมน้ำ", "kafaerimnam"),
        ("ร้านพฤกษา", "ranphrueksa"),
        ("Café Amazon 24 ชั่วโมง", "cafe-amazon-24-chuamong"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_a_name_is_spelled_as_on_road_signs(name, slug):
    assert to_slug(name) == slug


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_is_typed_a_suggestion_fits_an_address(name):
    assert SLUG.fullmatch(to_slug(name))
    assert len(to_slug(name)) <= 40
