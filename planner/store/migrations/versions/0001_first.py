"""The first schema: counties, keys, datasets, jobs, checkpoints, events, plans, revisions, idempotency."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "counties",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counties"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_keys_county_id"), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("secret_sha256", name="uq_keys_secret_sha256"),
    )
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_datasets_county_id"), nullable=False
        ),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("county_id", "sha256", name="uq_datasets_county_id_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_datasets"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_jobs_county_id"), nullable=False),
        sa.Column("dataset_id", sa.String(32), sa.ForeignKey("datasets.id", name="fk_jobs_dataset_id"), nullable=False),
        sa.Column("order", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(24)),
        sa.Column("stopped", sa.String(16)),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("searched_ms", sa.BigInteger, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
        sa.Column("plan_id", sa.String(32)),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", name="fk_checkpoints_job_id"), nullable=False),
        sa.Column("plan", sa.LargeBinary, nullable=False),
        sa.Column("is_sound", sa.Boolean, nullable=False),
        sa.Column("cost", sa.Float, nullable=False),
        sa.Column("owed", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_checkpoints"),
    )
    op.create_table(
        "events",
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", name="fk_events_job_id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_events"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_plans_county_id"), nullable=False),
        sa.Column(
            "dataset_id", sa.String(32), sa.ForeignKey("datasets.id", name="fk_plans_dataset_id"), nullable=False
        ),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", name="fk_plans_job_id"), nullable=False),
        sa.Column("head", sa.Integer, nullable=False),
        sa.Column("published", sa.Integer),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("job_id", name="uq_plans_job_id"),
    )
    op.create_table(
        "revisions",
        sa.Column("plan_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("plan", sa.LargeBinary, nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(16), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_revisions"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_revisions_plan_id"),
    )
    op.create_table(
        "idempotency",
        sa.Column(
            "county_id", sa.String(40), sa.ForeignKey("counties.id", name="fk_idempotency_county_id"), nullable=False
        ),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("county_id", "key_sha256", name="pk_idempotency"),
    )
    op.create_index("ix_jobs_state_created_ms", "jobs", ["state", "created_ms"])
    op.create_index("ix_jobs_county_id_created_ms", "jobs", ["county_id", "created_ms"])
    op.create_index("ix_plans_county_id_created_ms", "plans", ["county_id", "created_ms"])
