"""The tables of observations. Times are epoch seconds, durations microseconds."""

import math

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

# Increase it when a table below changes: earlier observations are dropped, not migrated.
VERSION = 6

# Each bucket is 15% wider than the previous one, so percentiles are accurate to within 8%.
BUCKET_GROWTH = 1.15
# Longer periods merge three buckets: accurate to within 25%, with half as many rows.
MERGED_BUCKETS = 3

metadata = MetaData()
TIME = BigInteger().with_variant(Integer, "sqlite")

request_count = Table(
    "request_count",
    metadata,
    Column("resolution", Integer, primary_key=True),
    Column("starts_at", TIME, primary_key=True),
    Column("endpoint", String(200), primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("count", TIME, nullable=False),
    Column("errors", TIME, nullable=False),
    sqlite_with_rowid=False,
)

# Requests and jobs that failed, by 15 minutes.
error_count = Table(
    "error_count",
    metadata,
    Column("starts_at", TIME, primary_key=True, autoincrement=False),
    Column("count", TIME, nullable=False),
)

slow_request = Table(
    "slow_request",
    metadata,
    Column("id", TIME, primary_key=True),
    Column("at", TIME, nullable=False, index=True),
    Column("request_id", String(64), nullable=False),
    Column("endpoint", String(200), nullable=False, index=True),
    Column("method", String(10), nullable=False),
    Column("path", String(500), nullable=False),
    Column("status", Integer, nullable=False),
    Column("us", TIME, nullable=False),
    Column("database_us", TIME, nullable=False),
    Column("template_us", TIME, nullable=False),
    Column("queries", Integer, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    Column("fingerprint", String(32), primary_key=True),
    Column("sql", Text, nullable=False),
    # Extrapolated from the sample to all requests.
    Column("count", Float, nullable=False),
    Column("total_us", Float, nullable=False),
    Column("rows", Float, nullable=False),
    Column("max_us", TIME, nullable=False),
    Column("first_at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False, index=True),
    Column("endpoint", String(200), nullable=False),
    Column("call_site", String(300), nullable=False),
    Column("plan", Text),
    Column("planned_at", TIME),
)

repeated = Table(
    "repeated",
    metadata,
    Column("endpoint", String(200), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("call_site", String(300), primary_key=True),
    Column("requests", TIME, nullable=False),
    Column("worst", Integer, nullable=False),
    Column("last_at", TIME, nullable=False),
    Column("request_id", String(64), nullable=False),
)

exception = Table(
    "exception",
    metadata,
    Column("fingerprint", String(32), primary_key=True),
    Column("type", String(200), nullable=False),
    Column("place", String(300), nullable=False),
    Column("count", TIME, nullable=False),
    Column("first_at", TIME, nullable=False),
    Column("last_at", TIME, nullable=False),
    Column("endpoint", String(200), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("path", String(500), nullable=False),
    Column("traceback", Text, nullable=False),
)

# How often each exception occurred per hour and user: 0 for visitors and most jobs.
exception_count = Table(
    "exception_count",
    metadata,
    Column("fingerprint", String(32), primary_key=True),
    Column("starts_at", TIME, primary_key=True, autoincrement=False),
    Column("user_id", TIME, primary_key=True, autoincrement=False),
    Column("count", TIME, nullable=False),
)

version = Table("version", metadata, Column("version", Integer, primary_key=True))

Index("ix_statement_total_us", statement.c.total_us)


def bucket_of(us: float) -> int:
    """Return the bucket of a duration."""
    return round(math.log1p(us) / math.log(BUCKET_GROWTH))


def merge_bucket(bucket: int) -> int:
    """Return the middle one of the buckets that are merged."""
    return bucket // MERGED_BUCKETS * MERGED_BUCKETS + MERGED_BUCKETS // 2


def bucket_midpoint_us(bucket: int) -> int:
    """Return the duration in the middle of a bucket."""
    return round(BUCKET_GROWTH**bucket - 1)
