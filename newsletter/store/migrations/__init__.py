"""Revisions of the tables, run by Alembic on the connection that `newsletter.store.upgrade` hands over. Pure."""
