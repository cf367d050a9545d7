"""What was erased, so that it never comes back: the customer as a keyed hash, and the tickets by their ids."""

import sqlalchemy as sa
from alembic import op

from ecomintent.adapters.migrations.losses import refuse_loss

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of tombstones."""
    op.create_table(
        "tombstones",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("ticket_id", sa.Text, primary_key=True),
        sa.Column("requester", sa.Text, primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("retrain_by", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    """Drop the table; refused where something was erased: it would come back with the next sync."""
    refuse_loss("SELECT COUNT(*) FROM tombstones", "tombstones", below="0004")
    op.drop_table("tombstones")
