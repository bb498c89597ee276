"""The cashier's day in a real browser: three taps, the keyboard alone, a scanner, a camera, and the end of the day."""

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
TABLET = {"width": 820, "height": 1180}


@pytest.mark.parametrize(
    ("size", "language"),
    [
        ({"width": 390, "height": 844}, "th"),
        (TABLET, "th"),
        ({"width": 1280, "height": 900}, "th"),
        ({"width": 390, "height": 844}, "en"),
    ],
    ids=["phone-th", "tablet-th", "desktop-th", "phone-en"],
)
def test_every_page_of_the_counter_is_whole(shop, regular, open_page, sign_in, picture, request, size, language):
    name = request.node.callspec.id
    page = open_page(size, language)
    sign_in(page, "till@rimnam.example")
    picture(page, f"find-{name}")
    page.goto("/counter/?q=ไม่มีใคร")
    picture(page, f"nobody-{name}")
    page.goto(f"/counter/m/{regular.id}/")
    picture(page, f"member-{name}")
    page.fill("#id_amount", "250")
    page.wait_for_selector("[data-give]:not([hidden])")
    picture(page, f"preview-{name}")
    page.click("[data-give]")
    page.wait_for_url("**/a/**")
    picture(page, f"done-{name}")
    result = page.url
    page.goto(result + "undo/")
    picture(page, f"undo-{name}")
    page.goto(f"/counter/m/{regular.id}/pay/")
    picture(page, f"pay-{name}")
    page.locator(".pick").nth(1).click()
    page.locator("button.big").first.click()
    page.wait_for_selector("#id_code")
    picture(page, f"proof-{name}")
    page.locator("button[value=send]").click()
    page.wait_for_selector(".notice.info")
    picture(page, f"sent-{name}")
    for address in ("enroll", "poster", "day", "waiting", "offline"):
        page.goto(f"/counter/{address}/")
        page.wait_for_selector("[data-is-ready]", state="attached")
        picture(page, f"{address}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
    assert page.problems == []
