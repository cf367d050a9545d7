"""Who let which held labels train."""

import sqlalchemy as sa
from alembic import op

from ecomintent.adapters.migrations.losses import refuse_loss

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of releases."""
    op.create_table(
        "label_releases",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop the table; refused where somebody released something."""
    refuse_loss("SELECT COUNT(*) FROM label_releases", "releases of held labels", below="0003")
    op.drop_table("label_releases")
