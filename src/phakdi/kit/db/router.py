"""Which connection does what: the owner migrates, the application does everything else."""

from typing import Any


class OwnerMigrates:
    """Let only the connection ``owner`` make and change tables."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool:
        """Tell whether migrations run on ``db``."""
        return db == "owner"
