"""Reading a page as a browser takes it: what it links to, what it asks, and what has no place in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.e2e.planting.corpus import ELSEWHERE

FORBIDDEN = {"iframe", "object", "embed", "base", "frame", "applet", "marquee", "math", "style", "xmp", "plaintext", "x", "font"}
ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "srcset", "poster"}
SCHEMES = ("javascript:", "vbscript:", "data:text", "data:application")
TEXTS = {"", "text", "search", "url", "email", "tel"}


@dataclass
class Form:
    """What a form asks, with what it says already."""

    action: str
    method: str
    kind: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)  # name, kind, value
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page, read."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.faults, self.links, self.forms = address, [], [], []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        attributes = {name: value or "" for name, value in given}
        self._judge(tag, attributes)
        if tag == "a" and attributes.get("href"):
            self.links.append(self._here(attributes["href"]))
        elif tag == "form":
            self._form = Form(
                self._here(attributes.get("action") or self.address),
                attributes.get("method", "get").lower(),
                attributes.get("enctype", ""),
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._ask(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        """Note where forms and lists end."""
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._select is not None and self._form is not None:
            name, chosen = self._select[0], [value for value in self._select[1:] if value]
            if chosen:
                self._form.fields.append((name, "select", chosen[0]))
            self._select = None

    def handle_data(self, data: str) -> None:
        """Keep what a text area says."""
        if self._area is not None and self._form is not None:
            self._form.fields = [
                (name, kind, value + data if name == self._area else value) for name, kind, value in self._form.fields
            ]

    def _ask(self, tag: str, attributes: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = attributes.get("name", ""), attributes.get("type", "").lower()
        if tag == "input" and name:
            if kind in {"checkbox", "radio"} and "checked" not in attributes:
                return
            self._form.fields.append(
                (name, kind if kind not in TEXTS else "text", attributes.get("value", "on" if kind == "checkbox" else ""))
            )
        elif tag == "textarea" and name:
            self._form.fields.append((name, "area", ""))
            self._area = name
        elif tag == "select" and name:
            self._select = [name]
        elif tag == "option" and self._select is not None:
            self._select.insert(1 if "selected" in attributes else len(self._select), attributes.get("value", ""))
        elif tag == "button" and name:
            self._form.buttons.append((name, attributes.get("value", "")))

    def _judge(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in FORBIDDEN or (tag == "meta" and attributes.get("http-equiv")):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not attributes.get("nonce") and "json" not in attributes.get("type", ""):
            self.faults.append("<script> that is not ours")
        for name, value in attributes.items():
            address = "".join(value.split()).lower()
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.faults.append(f"<{tag} {name}>")
            if name in ADDRESSES and (address.startswith(SCHEMES) or (urlsplit(value).hostname or "").endswith(ELSEWHERE)):
                self.faults.append(f"<{tag} {name}={value[:60]}>")

    def _here(self, link: str) -> str:
        return urldefrag(urljoin(self.address, link))[0]
