"""Forms for making a survey and for choosing whom to ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.care.surveys.core.asking import AskChannel
from phakdi.care.surveys.core.questions import Choice, Question, QuestionKind, Wish
from phakdi.care.surveys.documents import SurveyView
from phakdi.flows.ask_survey import Whom
from phakdi.insight.lift.core.experiments import Audience
from phakdi.kit.errors import Refusal
from phakdi.kit.text import Text, pick
from phakdi.web.words import refusal_sentence

ROWS = 6
KINDS: dict[str, tuple[QuestionKind, int, int]] = {
    "NPS": (QuestionKind.NPS, 0, 10),
    "CSAT5": (QuestionKind.CSAT, 1, 5),
    "CSAT7": (QuestionKind.CSAT, 1, 7),
    "CSAT10": (QuestionKind.CSAT, 1, 10),
    "CSAT11": (QuestionKind.CSAT, 0, 10),
    "SCORE": (QuestionKind.SCORE, 1, 10),
    "SCORE5": (QuestionKind.SCORE, 1, 5),
    "CHOICE": (QuestionKind.CHOICE, 0, 0),
    "CHOICES": (QuestionKind.CHOICES, 0, 0),
    "TEXT": (QuestionKind.TEXT, 0, 0),
}
CALLED = {
    "NPS": gettext_lazy("Would you recommend us? 0–10 (NPS)"),
    "CSAT5": gettext_lazy("How satisfied? 1–5 (CSAT)"),
    "CSAT7": gettext_lazy("How satisfied? 1–7 (CSAT)"),
    "CSAT10": gettext_lazy("How satisfied? 1–10 (CSAT)"),
    "CSAT11": gettext_lazy("How satisfied? 0–10 (CSAT)"),
    "SCORE": gettext_lazy("A number 1–10"),
    "SCORE5": gettext_lazy("A number 1–5"),
    "CHOICE": gettext_lazy("One of several answers"),
    "CHOICES": gettext_lazy("Several answers"),
    "TEXT": gettext_lazy("Own words"),
}
START = {
    "q1_kind": "NPS",
    "q1_th": "คุณจะแนะนำร้านเราให้เพื่อนหรือคนรู้จักไหม",
    "q1_en": "Would you recommend us to a friend?",
    "q1_needed": True,
    "q2_kind": "TEXT",
    "q2_th": "เพราะอะไรจึงให้คะแนนนี้",
    "q2_en": "What made you answer so?",
    "reports_activity": True,
    "ask_percent": 100,
}


class SurveyForm(forms.Form):
    """A survey as it is to be: up to six questions, each of a kind, in both languages."""

    name_th = forms.CharField(label=gettext_lazy("Name in Thai"), max_length=120, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    code = forms.SlugField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy(
            "Stands in links and files, and stays. Small letters a–z, digits and hyphens, such as after-visit."
        ),
        max_length=40,
    )
    thanks_th = forms.CharField(label=gettext_lazy("Words of thanks in Thai"), max_length=300, required=False)
    thanks_en = forms.CharField(label=gettext_lazy("Words of thanks in English"), max_length=300, required=False)
    reports_activity = forms.BooleanField(
        label=gettext_lazy("Let the program give something for an answer"),
        help_text=gettext_lazy(
            "By your rules for surveys, once a wave, the same whatever is answered. Without such a rule nothing is given."
        ),
        required=False,
    )
    ask_after_hours = forms.IntegerField(
        label=gettext_lazy("Ask so many hours after a purchase"),
        help_text=gettext_lazy("Empty: nobody is asked by itself. Nobody is asked more than once in 30 days."),
        min_value=0,
        max_value=336,
        required=False,
    )
    ask_percent = forms.IntegerField(
        label=gettext_lazy("Of how many bills, in percent"), min_value=1, max_value=100, required=False
    )

    def __init__(self, data: Any, *, before: SurveyView | None = None) -> None:
        super().__init__(data, initial=_initial(before) if before else START)
        for number in range(1, ROWS + 1):
            self.fields[f"q{number}_kind"] = forms.ChoiceField(
                label=_("Kind"), choices=[("", _("No question")), *CALLED.items()], required=False
            )
            self.fields[f"q{number}_th"] = forms.CharField(label=_("In Thai"), max_length=300, required=False)
            self.fields[f"q{number}_en"] = forms.CharField(label=_("In English"), max_length=300, required=False)
            self.fields[f"q{number}_choices"] = forms.CharField(
                label=_("Answers to choose from"),
                help_text=_("For answers to choose: one a line, Thai | English. Keep the order once members were asked."),
                widget=forms.Textarea(attrs={"rows": 4}),
                required=False,
            )
            self.fields[f"q{number}_needed"] = forms.BooleanField(label=_("Has to be answered"), required=False)
        if before is not None:
            self.fields["code"].disabled = True

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields of each question, and whether its row stands open."""
        found = []
        for number in range(1, ROWS + 1):
            fields = {name: self[f"q{number}_{name}"] for name in ("kind", "th", "en", "choices", "needed")}
            is_used = bool(fields["kind"].value()) or any(each.errors for each in fields.values())
            found.append({"number": number, "is_used": is_used, **fields})
        return found

    def wish(self) -> Wish:
        """Return what the survey is to be."""
        given = self.cleaned_data
        questions = tuple(self._question(number) for number in range(1, ROWS + 1) if given.get(f"q{number}_kind"))
        return Wish(
            _both(given["name_th"], given["name_en"]),
            questions,
            _both(given["thanks_th"], given["thanks_en"]),
            given["reports_activity"],
            given["ask_after_hours"],
            given["ask_percent"] or 100,
        )

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal where it belongs."""
        field = str(refusal.details.get("field", ""))
        places = {"name": "name_th", "questions": None, **{f"q{n}": f"q{n}_th" for n in range(1, ROWS + 1)}}
        if refusal.code in {"survey_choices", "survey_choice_twice"}:
            places = {f"q{n}": f"q{n}_choices" for n in range(1, ROWS + 1)}
        place = places.get(field, field)
        self.add_error(place if place in self.fields else None, refusal_sentence(refusal))

    def _question(self, number: int) -> Question:
        given = self.cleaned_data
        kind, lowest, highest = KINDS[given[f"q{number}_kind"]]
        choices: tuple[Choice, ...] = ()
        if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
            lines = [line.strip() for line in given[f"q{number}_choices"].splitlines() if line.strip()]
            choices = tuple(_choice(at, line) for at, line in enumerate(lines, 1))
        words = _both(given[f"q{number}_th"], given[f"q{number}_en"])
        return Question(f"q{number}", kind, words, lowest, highest, choices, given[f"q{number}_needed"])


class AskForm(forms.Form):
    """Whom to ask, and how."""

    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False)
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    segment = forms.CharField(label=gettext_lazy("Group"), max_length=60, required=False)
    bought = forms.IntegerField(label=gettext_lazy("Bought within so many days"), min_value=1, max_value=3650, required=False)
    email = forms.BooleanField(label=gettext_lazy("By e-mail"), initial=True, required=False)
    sms = forms.BooleanField(label=gettext_lazy("Else by SMS (costs money)"), required=False)
    portal = forms.BooleanField(label=gettext_lazy("Else on their card, without a message"), initial=True, required=False)

    def __init__(self, data: Any, *, levels: list[tuple[str, str]], stores: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["level"].choices = [("", _("Every level")), *levels]  # type: ignore[attr-defined]  # a choice field
        self.fields["store"].choices = [("", _("Every store")), *stores]  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        """Demand one way at least."""
        given = super().clean() or {}
        if not (given.get("email") or given.get("sms") or given.get("portal")):
            self.add_error("email", _("Choose at least one way."))
        return given

    def whom(self) -> Whom:
        """Return who is to be asked."""
        given = self.cleaned_data
        ways = [(AskChannel.EMAIL, "email"), (AskChannel.SMS, "sms"), (AskChannel.PORTAL, "portal")]
        audience = Audience(given["level"], given["segment"].strip(), given["store"], given["bought"], None)
        return Whom(audience, tuple(way for way, name in ways if given[name]))

    @property
    def who(self) -> list[forms.BoundField]:
        """The fields that say who."""
        return [self[name] for name in ("level", "store", "segment", "bought")]

    @property
    def how(self) -> list[forms.BoundField]:
        """The fields that say how."""
        return [self[name] for name in ("email", "sms", "portal")]


def _initial(before: SurveyView) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": before.code,
        "name_th": _in(before.name, "th"),
        "name_en": _in(before.name, "en"),
        "thanks_th": _in(before.thanks, "th"),
        "thanks_en": _in(before.thanks, "en"),
        "reports_activity": before.reports_activity,
        "ask_after_hours": before.ask_after_hours,
        "ask_percent": before.ask_percent,
    }
    for question in before.questions:
        found |= {
            f"{question.key}_kind": next(
                name for name, made in KINDS.items() if made == (question.kind, question.lowest, question.highest)
            ),
            f"{question.key}_th": question.words.get("th", ""),
            f"{question.key}_en": question.words.get("en", ""),
            f"{question.key}_needed": question.is_needed,
            f"{question.key}_choices": "\n".join(
                f"{each.words.get('th', '')} | {each.words.get('en', '')}" for each in question.choices
            ),
        }
    return found


def _in(words: Text, name: str) -> str:
    return words.get(name, "") if not isinstance(words, str) else pick(words, name)


def _both(th: str, en: str) -> dict[str, str]:
    return {language: text.strip() for language, text in (("th", th), ("en", en)) if text.strip()}


def _choice(at: int, line: str) -> Choice:
    th, _bar, en = (part.strip() for part in line.partition("|"))
    return Choice(f"c{at}", _both(th, en))
