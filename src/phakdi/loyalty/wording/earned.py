"""How the points of a rule came about, told from the figures that an entry keeps."""

from collections.abc import Mapping
from typing import Any

from phakdi.kit.money import format_money
from phakdi.loyalty.wording.phrases import Reader

MONEY = frozenset({"net", "gross", "amount"})


def earned_text(params: Mapping[str, Any], reader: Reader) -> str | None:
    """Return the arithmetic as a sentence, or None where the figures are not there."""
    try:
        return _told(params, reader)
    except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
        return None


def _told(params: Mapping[str, Any], reader: Reader) -> str:
    measured = _measured(params["quantity"], 1, params, reader)
    if rate := params.get("rate"):
        percent = _plain(rate[0] * 100 * params["scale"], rate[1])
        text = f"{percent}% ของ {measured}" if reader.is_thai else f"{percent}% of {measured}"
    else:
        points = _plain(*params["points"])
        if per := params.get("per"):
            step = _measured(per[0], per[1], params, reader)
            if step.startswith("1 ") and not reader.is_thai:
                step = ""  # "1 for each of 2 pieces"
            text = (
                f"ทุก {step} ได้ {points} จาก {measured}"
                if reader.is_thai
                else f"{points} for each {step} of {measured}".replace("  ", " ")
            )
        else:
            text = f"ให้ {points} ในครั้งเดียว" if reader.is_thai else f"{points} at once"
    if factor := params.get("factor"):
        times = _plain(*factor)
        text += f" คูณ {times}" if reader.is_thai else f", times {times}"
    return text


def _measured(numerator: int, denominator: int, params: Mapping[str, Any], reader: Reader) -> str:
    of = str(params.get("of", "net"))
    if of in MONEY:
        return format_money(numerator // denominator, reader.currency, reader.language)
    number = _plain(numerator, denominator * params["scale"])
    return number if of == "one" else f"{number} {_MEASURES.get(of, (of, of))[0 if reader.is_thai else 1]}"


_MEASURES: Mapping[str, tuple[str, str]] = {
    "quantity": ("ชิ้น", "pieces"),
    "lines": ("รายการ", "lines"),
    "litres": ("ลิตร", "litres"),
    "nights": ("คืน", "nights"),
    "kilometres": ("กิโลเมตร", "kilometres"),
    "rides": ("เที่ยว", "rides"),
    "drinks": ("แก้ว", "drinks"),
    "items": ("ชิ้น", "items"),
}


def _plain(numerator: int, denominator: int) -> str:
    return (
        f"{numerator / denominator:,.2f}".rstrip("0").rstrip(".") if numerator % denominator else f"{numerator // denominator:,}"
    )
