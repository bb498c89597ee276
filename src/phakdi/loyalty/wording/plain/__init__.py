"""A program in plain words: each rule, level, reward and voucher as a sentence in Thai or English."""

from phakdi.loyalty.wording.plain.conditions import condition_text
from phakdi.loyalty.wording.plain.fields import field_group, field_name, operator_name, value_name
from phakdi.loyalty.wording.plain.sentences import part_text
from phakdi.loyalty.wording.plain.talk import Talk, names_in

__all__ = ["Talk", "condition_text", "field_group", "field_name", "names_in", "operator_name", "part_text", "value_name"]
