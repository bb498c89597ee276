"""How many parts an SMS has, which is what it costs."""

from dataclasses import dataclass

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")
_LIMITS = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
_BASIC_PLANE_END = 0xFFFF


@dataclass(frozen=True, slots=True)
class SmsParts:
    """How a text is sent: ``units`` of its encoding, in ``parts``, with room for ``left`` more units in the last."""

    encoding: str
    units: int
    parts: int
    left: int


def sms_parts(text: str) -> SmsParts:
    """Return how many parts the text is sent in.

    A text of letters that GSM-7 knows has 160 units in one part, 153 in each of several; any other, such as Thai, has 70
    and 67. A character of two units (``€`` in GSM-7, an emoji in UCS-2) is never cut in two.
    """
    is_gsm = all(character in _GSM or character in _GSM_DOUBLE for character in text)
    encoding = "GSM-7" if is_gsm else "UCS-2"
    single, several = _LIMITS[encoding]
    sizes = [_size(character, is_gsm=is_gsm) for character in text]
    units = sum(sizes)
    if units <= single:
        return SmsParts(encoding, units, 1, single - units)
    parts, used = 1, 0
    for size in sizes:
        if used + size > several:
            parts, used = parts + 1, 0
        used += size
    return SmsParts(encoding, units, parts, several - used)


def _size(character: str, *, is_gsm: bool) -> int:
    if is_gsm:
        return 2 if character in _GSM_DOUBLE else 1
    return 2 if ord(character) > _BASIC_PLANE_END else 1
