"""Finding members by whatever a person at the till knows of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.people.members.core.search import SearchQuery, read_query
from phakdi.people.members.models import Member

CANDIDATES_MAX = 200  # so many are found and sorted; who looks for more types another letter
PREFIXED_MAX = 100
LIMIT_MAX = 200
_SHOWN_LATER = ("search_key", "search_digits", "search_grams")

_BY_VALUE = """
SELECT found.id, min(found.rank) FROM (
    SELECT m.id, 0 AS rank FROM member AS m WHERE m.organization_id = %(organization)s AND m.number = ANY (%(values)s)
    UNION ALL
    SELECT i.member_id, 0 FROM identity AS i WHERE i.organization_id = %(organization)s AND i.value = ANY (%(values)s)
    {prefixes}
) AS found GROUP BY found.id
"""
_BY_PREFIX = """
    UNION ALL
    (SELECT m.id, 1 FROM member AS m
     WHERE m.organization_id = %(organization)s AND m.number >= %(low{n})s AND m.number < %(high{n})s
     ORDER BY m.number LIMIT %(most)s)
    UNION ALL
    (SELECT i.member_id, 1 FROM identity AS i
     WHERE i.organization_id = %(organization)s AND i.value >= %(low{n})s AND i.value < %(high{n})s
     ORDER BY i.value LIMIT %(most)s)
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the members found, and where the next page begins; no cursor, no next page."""

    members: list[Member]
    next_cursor: str = ""
    is_cut: bool = False  # more were found than are worth sorting


def search(*, organization_id: UUID, text: str, limit: int = 20, cursor: str = "") -> Page:
    """Return members by number, phone (whole, or four digits of it), e-mail, card, external id or parts of a name.

    Whole matches come first, then what begins with ``text``, then names in dictionary order. Of very common parts of a
    name the first 200 members found are sorted. An empty text lists all members by name. Merged members are left out.
    ``cursor`` is that of the page before; one that no longer exists begins at the beginning.
    """
    limit = max(1, min(limit, LIMIT_MAX))
    query = read_query(text, organization_id)
    if query.is_empty:
        return _all_by_name(organization_id, limit, cursor)
    ranks = _ranked(organization_id, query)
    found = Member.objects.filter(organization_id=organization_id, id__in=list(ranks)).exclude(status="MERGED")
    keys = sorted((ranks[id_], sort_key, id_) for id_, sort_key in found.values_list("id", "sort_key"))
    ids = [id_ for _, _, id_ in keys]
    start = next((at + 1 for at, id_ in enumerate(ids) if str(id_) == cursor), 0)
    wanted = ids[start : start + limit]
    rows = {row.id: row for row in Member.objects.defer(*_SHOWN_LATER).filter(organization_id=organization_id, id__in=wanted)}
    more = str(wanted[-1]) if start + limit < len(ids) else ""
    return Page([rows[id_] for id_ in wanted if id_ in rows], more, is_cut=len(ids) >= CANDIDATES_MAX)


def _all_by_name(organization_id: UUID, limit: int, cursor: str) -> Page:
    after = ""
    params: dict[str, Any] = {"organization": organization_id, "limit": limit + 1}
    if last := _find(organization_id, cursor):
        after = "AND (sort_key, id) > (%(name)s, %(id)s)"
        params.update(name=last[0], id=last[1])
    sql = f"""
        SELECT id FROM member WHERE organization_id = %(organization)s AND status <> 'MERGED' {after}
        ORDER BY sort_key, id LIMIT %(limit)s
    """
    with connection.cursor() as db:
        db.execute(sql, params)
        ids = [row[0] for row in db.fetchall()]
    rows = {row.id: row for row in Member.objects.defer(*_SHOWN_LATER).filter(organization_id=organization_id, id__in=ids)}
    members = [rows[id_] for id_ in ids[:limit]]
    return Page(members, str(ids[limit - 1]) if len(ids) > limit else "")


def _find(organization_id: UUID, cursor: str) -> tuple[str, UUID] | None:
    try:
        wanted = UUID(cursor)
    except ValueError:
        return None
    return Member.objects.filter(organization_id=organization_id, id=wanted).values_list("sort_key", "id").first()


def _ranked(organization_id: UUID, query: SearchQuery) -> dict[UUID, int]:
    """Return up to CANDIDATES_MAX members and some, each with how well it matches: 0 whole, 1 its beginning, 2 within."""
    params: dict[str, Any] = {"organization": organization_id, "values": list(query.values), "most": PREFIXED_MAX}
    for n, (low, high) in enumerate(query.prefixes):
        params.update({f"low{n}": low, f"high{n}": high})
    prefixes = "".join(_BY_PREFIX.format(n=n) for n in range(len(query.prefixes)))
    with connection.cursor() as db:
        db.execute(_BY_VALUE.format(prefixes=prefixes), params)
        ranks: dict[UUID, int] = dict(db.fetchall())
        if query.grams:
            wanted: list[Any] = [organization_id, list(query.grams), list(query.words), query.digits, CANDIDATES_MAX]
            db.execute("SELECT member_candidates(%s::uuid, %s::integer[], %s::text[], %s::text, %s)", wanted)
            for (member_id,) in db.fetchall():
                ranks.setdefault(member_id, 2)
    return ranks
