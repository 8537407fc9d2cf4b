"""Run by alembic for each upgrade, with the connection and in the transaction of ``planner.store.schema``."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
