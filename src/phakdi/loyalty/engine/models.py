"""What the engine keeps of a member beside the ledger, and the counters that many members share."""

from django.db import models

from phakdi.kit.db.models import OrganizationRows


class KeptState(OrganizationRows):
    """A member's standing, membership, meters and marks; its version guards every post."""

    member_id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField()
    clock = models.DateTimeField(null=True)
    level = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    doc = models.JSONField(default=dict)

    class Meta:
        db_table = "member_state"

    def __str__(self) -> str:
        return f"{self.member_id} version {self.version}"


class KeptOrder(OrganizationRows):
    """What the engine remembers of an order, and which lots and vouchers it names."""

    pk = models.CompositePrimaryKey("member_id", "ref")
    member_id = models.UUIDField()
    ref = models.TextField()
    doc = models.JSONField()

    class Meta:
        db_table = "order_state"

    def __str__(self) -> str:
        return self.ref


class BudgetSlice(OrganizationRows):
    """A part of a budget that many members share, cut so that no row is hot."""

    pk = models.CompositePrimaryKey("organization_id", "budget", "slice_no")
    budget = models.TextField()
    slice_no = models.IntegerField()
    granted = models.BigIntegerField()
    remaining = models.BigIntegerField()

    class Meta:
        db_table = "budget_slice"

    def __str__(self) -> str:
        return f"{self.budget} {self.slice_no}: {self.remaining} of {self.granted}"


class StateBefore(OrganizationRows):
    """What a member was before an import, so that it can be undone exactly."""

    pk = models.CompositePrimaryKey("member_id", "import_id")
    member_id = models.UUIDField()
    import_id = models.UUIDField()
    noted_at = models.DateTimeField()
    state = models.JSONField(null=True)
    wallets = models.JSONField(default=list)
    lots = models.JSONField(default=list)
    vouchers = models.JSONField(default=list)
    orders = models.JSONField(default=list)

    class Meta:
        db_table = "state_before"

    def __str__(self) -> str:
        return f"{self.member_id} before {self.import_id}"


class StateMerge(OrganizationRows):
    """What two members were before they became one, so that they can be taken apart again."""

    merge_id = models.UUIDField(primary_key=True)
    survivor_id = models.UUIDField()
    merged_id = models.UUIDField()
    merged_at = models.DateTimeField()
    doc = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "state_merge"

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"
