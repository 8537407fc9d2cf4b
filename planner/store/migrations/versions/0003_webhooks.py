"""Addresses of apps that want to be told, and what they are told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_webhooks_county_id"), nullable=False
        ),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "webhook_id", sa.String(32), sa.ForeignKey("webhooks.id", name="fk_deliveries_webhook_id"), nullable=False
        ),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("plan_id", sa.String(32)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("fault", sa.String(24)),
        sa.Column("set_ms", sa.BigInteger, nullable=False),
        sa.Column("pause_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_webhooks_county_id", "webhooks", ["county_id"])
    op.create_index("ix_deliveries_state_set_ms", "deliveries", ["state", "set_ms"])
    op.create_index("ix_deliveries_webhook_id", "deliveries", ["webhook_id"])
    op.create_index("ix_deliveries_job_id", "deliveries", ["job_id"])
