"""Corrections, quarantine and release history. Homes from before versions were kept have these tables already."""

import sqlalchemy as sa
from alembic import op

from ecomintent.errors import DowngradeRefused

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables where they are not there yet."""
    op.create_table(
        "corrections",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("previous_intent", sa.String(64), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("provenance", sa.String(20), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_corrections_ticket_id", "corrections", ["ticket_id"], if_not_exists=True)
    op.create_table(
        "quarantine",
        sa.Column("row_id", sa.String(64), primary_key=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "release_events",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )


def downgrade() -> None:
    """Refuse: below this version there is nothing that could hold the labels."""
    raise DowngradeRefused("the database: version 0001 is the first, nothing before it can hold labels; keep it")
