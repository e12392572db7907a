"""Every line of the table, as a value."""

from bench import commands, postgres, queries, stores, whole
from bench.table import Row

ROWS: tuple[Row, ...] = (
    Row(
        "durable command, everything on, SQLite FULL",
        "≥ 0.35x hand-written SQL; CPU ≤ 300 µs",
        commands.durable,
    ),
    Row("durable command on PostgreSQL", "≥ 0.35x hand-written SQL", postgres.durable),
    Row(
        "two processes on PostgreSQL",
        "≥ 1.35x one; followers miss 0 events",
        postgres.two_processes,
    ),
    Row("appends of 1, 8, 32 clients, SQLite", "≥ 0.35x hand-written SQL", stores.on_files),
    Row("appends of 1, 8, 32 clients, PostgreSQL", "≥ 0.35x hand-written SQL", stores.on_server),
    Row(
        "POST through FastAPI at 8 clients",
        "≥ 0.35x an empty route; p99 ≤ 4x its p50",
        commands.over_http,
    ),
    Row("status of 11,000 projects as JSON", "≤ 1.3x the SQL that answers it", queries.status),
    Row("trail of one project", "≤ 1.5x the SQL that answers it", queries.trail_of_one),
    Row(
        "as-of, 20,000 projects",
        "≤ 100 ms at 1,000,000 positions; flat",
        queries.looking_back,
    ),
    Row("rebuild, all views together", "≥ 50,000 events/s, memory flat", whole.rebuild),
    Row("re-check, end to end", "≥ 20,000 rulings/s per core", whole.re_check),
    Row("full verification", "1,000,000 events < 60 s", whole.verification),
    Row("one bundle, offline", "< 1 s", whole.bundle),
    Row("command to visible in a query", "< 5 ms median", commands.visible),
    Row("log bytes per event", "≤ 1.7x a table of the same bytes", whole.room),
)
