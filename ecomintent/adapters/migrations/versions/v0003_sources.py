"""Where to read on in each source; of each event the customer, the macro and the channel."""

import sqlalchemy as sa
from alembic import op

from ecomintent.adapters.migrations.losses import refuse_loss

revision = "0003"
down_revision = "0002"

ADDED = ("requester", "macro", "channel")


def upgrade() -> None:
    """Add the columns, empty, and the table of marks."""
    for name in ADDED:
        op.add_column("label_events", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_index(
        "ix_label_events_requester",
        "label_events",
        ["requester"],
        sqlite_where=sa.text("requester <> ''"),
        postgresql_where=sa.text("requester <> ''"),
    )
    op.create_table(
        "marks",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("mark", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Take them away; refused where they hold anything: a source read again from the start is no way back."""
    held = " OR ".join(f"{name} <> ''" for name in ADDED)
    query = f"SELECT (SELECT COUNT(*) FROM label_events WHERE {held}) + (SELECT COUNT(*) FROM marks)"
    refuse_loss(query, "rows", below="0002")
    op.drop_table("marks")
    op.drop_index("ix_label_events_requester", "label_events")
    for name in ADDED:
        op.drop_column("label_events", name)
