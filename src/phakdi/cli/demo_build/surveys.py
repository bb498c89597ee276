"""What the demo's members say: a survey with two waves of answers that were made up."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.care.surveys.core.questions import AnswerChannel, Choice, FollowUp, Question, QuestionKind, Wish
from phakdi.care.surveys.core.voices import Context, Voice
from phakdi.care.surveys.queries import surveys_of
from phakdi.flows.answer_survey import answer_by_key
from phakdi.flows.manage_surveys import follow_up, make_survey, open_survey
from phakdi.insight.lift.core.experiments import Audience
from phakdi.insight.lift.queries import audience_ids
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.queries import members_by_id
from phakdi.platform.staff.core import Permission, Place, Role
from phakdi.platform.staff.queries import staff_of

CODE = "after-visit"
ANSWERS = 140  # a wave
WAVES_DAYS_AGO = (100, 35)
WITH_WORDS = 0.35
SEEN_TO = 3  # unhappy answers of the first wave that somebody has seen to
WISH = Wish(
    {"th": "หลังมาร้าน", "en": "After a visit"},
    (
        Question(
            "q1",
            QuestionKind.NPS,
            {"th": "คุณจะแนะนำบ้านใบชาให้เพื่อนไหม", "en": "Would you recommend Baan Baicha to a friend?"},
            0,
            10,
            is_needed=True,
        ),
        Question(
            "q2",
            QuestionKind.CHOICES,
            {"th": "ชอบอะไรบ้าง", "en": "What did you like?"},
            choices=(
                Choice("c1", {"th": "ชา", "en": "The tea"}),
                Choice("c2", {"th": "ขนม", "en": "The sweets"}),
                Choice("c3", {"th": "พนักงาน", "en": "The people"}),
                Choice("c4", {"th": "บรรยากาศ", "en": "The place"}),
            ),
        ),
        Question("q3", QuestionKind.TEXT, {"th": "เพราะอะไรจึงให้คะแนนนี้", "en": "What made you answer so?"}),
    ),
    {"th": "ขอบคุณที่ช่วยให้ชาของเราดีขึ้น", "en": "Thank you for making our tea better."},
    reports_activity=False,
)
SAID = {
    "good": ("ชาหอมมาก พนักงานน่ารัก", "ชอบบรรยากาศร้าน มาทุกอาทิตย์", "ชานมอร่อยที่สุด ชอบมาก", "บริการดีมาก ประทับใจ", "ขนมอร่อย ชาดี"),
    "fair": ("ก็โอเค แต่ที่นั่งน้อย", "ชาดี ราคาแพงไปนิด", "ปกติ", "อยากให้มีเมนูใหม่"),
    "poor": ("รอนานมาก พนักงานพูดไม่ดี", "ชาจืดมาก ผิดหวัง ไม่อร่อยเลย", "สั่งผิดแล้วไม่ขอโทษ แย่มาก", "โต๊ะสกปรก เหม็น ไม่กลับมาอีก"),
}
SCORES = tuple(range(11))
CHANCES = ((2, 0, 1, 1, 2, 4, 6, 15, 22, 21, 26), (1, 0, 0, 1, 1, 3, 5, 12, 22, 24, 31))  # percent, by wave


def make_up(organization_id: UUID, *, seed: str, now: datetime, zone: ZoneInfo) -> None:
    """Make the survey and its answers, unless they are there."""
    with organization_scope(organization_id):
        if surveys_of(organization_id=organization_id):
            return
        today = now.astimezone(zone).date()
        people = sorted(audience_ids(organization_id=organization_id, audience=Audience(), today=today))
        place = _place(organization_id)
    if not people or place is None:
        return
    chance = Random(seed)
    first = now - timedelta(days=WAVES_DAYS_AGO[0])
    made = make_survey(place=place, code=CODE, wish=WISH, now=first)
    for wave, days in enumerate(WAVES_DAYS_AGO):
        opened = now - timedelta(days=days)
        open_survey(place=place, survey_id=made.id, now=opened)
        some = chance.sample(people, min(ANSWERS, len(people) // 3))
        with organization_scope(organization_id):
            stores = {
                id_: member.home_store for id_, member in members_by_id(organization_id=organization_id, member_ids=some).items()
            }
        seen_to = 0
        for member_id in some:
            at = opened + timedelta(minutes=chance.randrange(20, 25 * 24 * 60))
            voice = Voice(chance.choice((AnswerChannel.LINK, AnswerChannel.LINK, AnswerChannel.PORTAL)), member_id)
            about = Context(store=stores.get(member_id) or "")
            kept = answer_by_key(
                organization_id=organization_id, code=CODE, voice=voice, raw=_answer(chance, wave), about=about, now=at
            )
            if wave == 0 and kept.row.follow_up == FollowUp.OPEN and seen_to < SEEN_TO:
                seen_to += 1
                done = at + timedelta(hours=20)
                follow_up(place=place, answer_id=kept.row.id, state=FollowUp.DONE, words="โทรขอโทษและเชิญมาชิมใหม่", now=done)


def _answer(chance: Random, wave: int) -> dict[str, object]:
    score = chance.choices(SCORES, CHANCES[wave])[0]
    tone = "good" if score >= 9 else "fair" if score >= 7 else "poor"  # noqa: PLR2004 - promoters, passives
    liked = chance.sample(("c1", "c2", "c3", "c4"), chance.randrange(0, 3 if tone == "good" else 2))
    words = chance.choice(SAID[tone]) if chance.random() < WITH_WORDS else ""
    return {"q1": score, "q2": liked, "q3": words}


def _place(organization_id: UUID) -> Place | None:
    """Return somebody who may make surveys."""
    for member in staff_of(organization_id=organization_id):
        place = Place(organization_id, "", "", member.id, Role(member.role))
        if place.can(Permission.SURVEYS_WRITE):
            return place
    return None
