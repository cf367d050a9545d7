"""Who let which held labels train."""

import sqlalchemy as sa
from alembic import op

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
    count = op.get_bind().execute(sa.text("SELECT COUNT(*) FROM label_releases")).scalar()
    if count:
        raise NotImplementedError(f"{count} releases of held labels have no place in the version before; keep this one")
    op.drop_table("label_releases")
