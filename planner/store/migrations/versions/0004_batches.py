"""Jobs that were ordered together."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "batches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_batches_county_id"), nullable=False
        ),
        sa.Column("key_sha256", sa.String(64)),
        sa.Column("body_sha256", sa.String(64)),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("county_id", "key_sha256", name="uq_batches_county_id_key_sha256"),
    )
    op.create_table(
        "batch_jobs",
        sa.Column(
            "batch_id", sa.String(32), sa.ForeignKey("batches.id", name="fk_batch_jobs_batch_id"), nullable=False
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", name="fk_batch_jobs_job_id"), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_jobs"),
        sa.UniqueConstraint("job_id", name="uq_batch_jobs_job_id"),
    )
