"""Migrations run on the connection the caller gives, or on the database of the settings."""

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from app.platform.settings import Settings
from app.wiring import metadata

PATIENCE = "5s"
LOCK = 7_402_118


def run(connection: Connection) -> None:
    """Bring the connection's database to the wanted revision, one process at a time."""
    is_postgres = connection.dialect.name == "postgresql"
    if is_postgres:
        connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
        connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_as_batch=not is_postgres,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if is_postgres:
        connection.execute(text(f"SELECT pg_advisory_unlock({LOCK})"))
        connection.commit()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    address = make_url(context.config.attributes.get("url") or Settings().database_url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    with create_engine(address).connect() as own:
        run(own)
