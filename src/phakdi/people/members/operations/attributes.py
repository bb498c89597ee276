"""Declaring the attributes that an organization keeps of its members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, NotFound
from phakdi.people.members.core.attributes import AttributeType, check_declaration
from phakdi.people.members.models import AttributeDefinition


class AttributeTypeFixed(Conflict):
    """An attribute keeps its type: values of the old one are stored."""

    code = "attribute_type_fixed"


@in_transaction
def define_attribute(
    *,
    organization_id: UUID,
    key: str,
    type: str,
    now: datetime,
    labels: Mapping[str, str] | None = None,
    choices: Sequence[str] = (),
) -> AttributeDefinition:
    """Declare an attribute, or change the labels and choices of one; a retired one is in use again.

    Raises:
        Invalid: the declaration makes no sense.
        AttributeTypeFixed: it was declared before with another type.
    """
    check_declaration(AttributeType(key, type, tuple(choices)))
    definition, is_new = AttributeDefinition.objects.select_for_update().get_or_create(
        organization_id=organization_id,
        key=key,
        defaults={"type": type, "labels": dict(labels or {}), "choices": list(choices), "created_at": now},
    )
    if definition.type != type:
        raise AttributeTypeFixed("This attribute was declared with another type.", key=key, type=definition.type)
    if not is_new:
        definition.labels, definition.choices, definition.retired_at = dict(labels or {}), list(choices), None
        definition.save(update_fields=["labels", "choices", "retired_at"])
    return definition


@in_transaction
def retire_attribute(*, organization_id: UUID, key: str, now: datetime) -> None:
    """Take an attribute out of use; its values stay. Raises NotFound."""
    declared = AttributeDefinition.objects.filter(organization_id=organization_id, key=key, retired_at=None)
    if declared.update(retired_at=now) == 0:
        raise NotFound("The organization has no such attribute.", code="attribute_not_found", key=key)
