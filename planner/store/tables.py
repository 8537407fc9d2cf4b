"""The tables of the store. What a released program has written is changed by a migration only, never here alone.

Moments are whole milliseconds since 1970 in UTC: a number has no time zone to lose on the way through two databases.
Ids are random text, so that nobody guesses a neighbour's; a dataset, a revision and an event are never changed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counties = Table(
    "counties",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("created_ms", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

datasets = Table(
    "datasets",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("summary", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("county_id", "sha256"),
)

jobs = Table(
    "jobs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("dataset_id", String(32), ForeignKey("datasets.id"), nullable=False),
    Column("order", Text, nullable=False),  # what is asked, as JSON: days, seconds, seed
    Column("state", String(16), nullable=False),
    Column("outcome", String(24)),
    Column("stopped", String(16)),
    Column("is_cancelled", Boolean, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("fence", Integer, nullable=False),  # rises with each claim: what an earlier claimer says no longer counts
    Column("beat", Integer, nullable=False),  # rises with each heartbeat of the claimer
    Column("searched_ms", BigInteger, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("plan_id", String(32)),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index(None, "state", "created_ms"),
    Index(None, "county_id", "created_ms"),
)

checkpoints = Table(
    "checkpoints",
    METADATA,
    Column("job_id", String(32), ForeignKey("jobs.id"), primary_key=True),
    Column("plan", LargeBinary, nullable=False),
    Column("is_sound", Boolean, nullable=False),
    Column("cost", Float, nullable=False),
    Column("owed", Integer, nullable=False),
)

events = Table(
    "events",
    METADATA,
    Column("job_id", String(32), ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("data", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("job_id", "number"),
)

plans = Table(
    "plans",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("dataset_id", String(32), ForeignKey("datasets.id"), nullable=False),
    Column("job_id", String(32), ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("head", Integer, nullable=False),  # number of the newest revision
    Column("published", Integer),  # number of the published revision
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "county_id", "created_ms"),
)

revisions = Table(
    "revisions",
    METADATA,
    Column("plan_id", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("plan", LargeBinary, nullable=False),
    Column("report", LargeBinary, nullable=False),  # what the checker said of it, in every language
    Column("sha256", String(64), nullable=False),
    Column("made_by", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("plan_id", "number"),
    ForeignKeyConstraint(["plan_id"], ["plans.id"]),
)

outcomes = Table(  # what came of the visits of a plan; whoever it was is not in it
    "outcomes",
    METADATA,
    Column("plan_id", String(32), nullable=False),
    Column("visit_id", String(32), nullable=False),
    Column("revision", Integer, nullable=False),  # the published one that it was told of
    Column("number", Integer, nullable=False),  # rises with each change
    Column("told", Text, nullable=False),  # as JSON: held, why, note, people, referrals
    Column("updated_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("plan_id", "visit_id"),
    ForeignKeyConstraint(["plan_id"], ["plans.id"]),
)

webhooks = Table(  # addresses of apps that want to be told
    "webhooks",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", Text, nullable=False),  # of deliveries that are wanted, as JSON
    Column("secret", String(64), nullable=False),  # as it is: every delivery is signed with it
    Column("created_ms", BigInteger, nullable=False),
    Index(None, "county_id"),
)

deliveries = Table(  # what webhooks are told: written with what it tells of, kept until it has been heard
    "deliveries",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("webhook_id", String(32), ForeignKey("webhooks.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("job_id", String(32), nullable=False),
    Column("plan_id", String(32)),
    Column("body", Text, nullable=False),  # ids and kinds only
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),  # rises with each claim, as the fence of a job does
    Column("status", Integer),
    Column("fault", String(24)),
    Column("set_ms", BigInteger, nullable=False),
    Column("pause_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index(None, "state", "set_ms"),
    Index(None, "webhook_id"),
    Index(None, "job_id"),
)

batches = Table(  # jobs that were ordered together; one of which no job is left is gone
    "batches",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("key_sha256", String(64)),  # of the idempotency key, where there was one
    Column("body_sha256", String(64)),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("county_id", "key_sha256"),
)

batch_jobs = Table(
    "batch_jobs",
    METADATA,
    Column("batch_id", String(32), ForeignKey("batches.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("job_id", String(32), ForeignKey("jobs.id"), nullable=False, unique=True),
    PrimaryKeyConstraint("batch_id", "number"),
)

pages = Table(  # made of a revision for who reads it again; they hold names, and go with their plan
    "pages",
    METADATA,
    Column("plan_id", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(64), nullable=False),  # a hash of what was asked, and of the program that made it
    Column("content", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),  # of the content, as it is stored
    Column("made_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("plan_id", "number", "name"),
    ForeignKeyConstraint(["plan_id"], ["plans.id"]),
)

idempotency = Table(
    "idempotency",
    METADATA,
    Column("county_id", String(40), ForeignKey("counties.id"), nullable=False),
    Column("key_sha256", String(64), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("job_id", String(32), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("county_id", "key_sha256"),
)
