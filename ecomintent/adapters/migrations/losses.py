"""The way down is refused while it would lose anything."""

import sqlalchemy as sa
from alembic import op

from ecomintent.errors import DowngradeRefused


def refuse_loss(query: str, what: str, *, below: str) -> None:
    """Let a way down to version `below` go on that loses nothing.

    Args:
        query: counts the rows that version cannot hold.
        what: the name of such rows, for the message.
    Raises:
        DowngradeRefused: there are some.
    """
    count = op.get_bind().execute(sa.text(query)).scalar()
    if count:
        raise DowngradeRefused(
            f"the database: {count} {what} have no place in version {below}; keep this version, or export them first"
        )
