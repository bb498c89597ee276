"""What was typed on keys with a Thai layout where Latin letters and digits were meant: scanners type keys, not letters."""

_THAI = (
    "_ๅ/-ภถุึคตจขช" + "ๆไำพะัีรนยบลฃ" + "ฟหกดเ้่าสวง" + "ผปแอิืทมใฝ"
    + "%+๑๒๓๔ู฿๕๖๗๘๙" + '๐"ฎฑธํ๊ณฯญฐ,ฅ' + "ฤฆฏโฌ็๋ษศซ." + "()ฉฮฺ์?ฒฬฦ"
)  # fmt: skip
_LATIN = (
    "`1234567890-=" + "qwertyuiop[]\\" + "asdfghjkl;'" + "zxcvbnm,./"
    + "~!@#$%^&*()_+" + "QWERTYUIOP{}|" + 'ASDFGHJKL:"' + "ZXCVBNM<>?"
)  # fmt: skip
_KEYS = str.maketrans(dict(zip(_THAI, _LATIN, strict=True)))


def typed_in_latin(text: str) -> str:
    """Return what the same keys type with a Latin layout: ``ๅ/-ภ`` is 1234; text without Thai letters stays as it is."""
    return text.translate(_KEYS) if any("\u0e00" <= letter <= "\u0e7f" for letter in text) else text
