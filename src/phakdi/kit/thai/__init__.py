"""What Thai readers expect: phone numbers, dates in the Buddhist era, search and order of names."""

from phakdi.kit.thai.dates import format_date, format_datetime, month_names, parse_date
from phakdi.kit.thai.keyboard import typed_in_latin
from phakdi.kit.thai.latin import to_latin, to_slug
from phakdi.kit.thai.phones import display_phone, normalize_phone
from phakdi.kit.thai.search import grams, query_grams, query_key, search_key, search_sql, sort_key
from phakdi.kit.thai.writing import arabic_digits, clean_text

__all__ = [
    "arabic_digits",
    "clean_text",
    "display_phone",
    "format_date",
    "format_datetime",
    "grams",
    "month_names",
    "normalize_phone",
    "parse_date",
    "query_grams",
    "query_key",
    "search_key",
    "search_sql",
    "sort_key",
    "to_latin",
    "to_slug",
    "typed_in_latin",
]
