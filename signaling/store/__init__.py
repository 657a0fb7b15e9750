"""The records in SQLite or PostgreSQL: `sql.SqlStore` implements `ports.Store`, `schema.upgrade` migrates."""
