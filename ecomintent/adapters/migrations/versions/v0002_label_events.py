"""Corrections become events of tickets, beside those seen, predicted, confirmed and deleted."""

import sqlalchemy as sa
from alembic import op

from ecomintent.adapters.migrations.losses import refuse_loss

revision = "0002"
down_revision = "0001"

SHARED = "event_id, source, ticket_id, text, intent, previous_intent, agent, provenance"
"""Columns that both tables have."""


CURRENT = """
CREATE VIEW current_labels AS
SELECT source, account, ticket_id, intent, provenance, agent, at, event_id
FROM (
    SELECT
        l.*,
        ROW_NUMBER() OVER (PARTITION BY source, account, ticket_id ORDER BY at DESC, event_id DESC) AS nth
    FROM label_events l
    WHERE kind IN ('corrected', 'confirmed')
    AND NOT EXISTS (
        SELECT 1 FROM label_events d
        WHERE d.kind = 'deleted' AND d.ticket_id = l.ticket_id AND d.source = l.source AND d.account = l.account
    )
) labels
WHERE nth = 1
"""


def upgrade() -> None:
    """Make the events table and the view of current labels; every correction keeps its id."""
    op.create_table(
        "label_events",
        sa.Column("event_id", sa.String(64), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("source_event", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("previous_intent", sa.String(64), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("provenance", sa.String(20), nullable=False),
        sa.Column("model_version", sa.String(40), nullable=False),
    )
    op.execute(
        f"INSERT INTO label_events ({SHARED}, at, account, source_event, model_version, kind) "
        f"SELECT {SHARED}, created_at, '', '', '', "
        "CASE provenance WHEN 'confirmed' THEN 'confirmed' ELSE 'corrected' END FROM corrections"
    )
    op.drop_table("corrections")
    op.create_index("ix_label_events_ticket", "label_events", ["ticket_id", "source", "account"])
    few = sa.text("kind = 'deleted'")
    op.create_index(
        "ix_label_events_deleted",
        "label_events",
        ["source", "account", "ticket_id"],
        sqlite_where=few,
        postgresql_where=few,
    )
    op.execute(CURRENT)


def downgrade() -> None:
    """Put the corrections back; refused where there are events that the table before cannot hold."""
    lost = "kind NOT IN ('corrected', 'confirmed') OR account <> '' OR source_event <> ''"
    refuse_loss(f"SELECT COUNT(*) FROM label_events WHERE {lost}", "events", below="0001")
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
    )
    op.create_index("ix_corrections_ticket_id", "corrections", ["ticket_id"])
    op.execute(f"INSERT INTO corrections ({SHARED}, created_at) SELECT {SHARED}, at FROM label_events")
    op.execute("DROP VIEW current_labels")
    op.drop_table("label_events")
