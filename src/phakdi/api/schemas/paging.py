"""Pages: some items, and where the next page begins."""

from typing import Annotated

from ninja import Query
from pydantic import Field

LIMIT_MAX = 200

Limit = Annotated[int, Query(50, ge=1, le=LIMIT_MAX, description="How many items at most.")]
Cursor = Annotated[str, Query("", max_length=500, description="`next_cursor` of the page before; nothing for the first page.")]
NextCursor = Annotated[str | None, Field(description="Where the next page begins; null on the last.")]
