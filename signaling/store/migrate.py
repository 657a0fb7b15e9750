"""`python -m signaling.store.migrate`: bring the database of DATABASE_URL to the newest schema."""

from __future__ import annotations

import os
import sys

from config import settings
from signaling.domain.errors import Unavailable
from signaling.store.schema import upgrade


def main() -> None:
    try:
        upgrade(settings.read(os.environ).database_url)
    except (settings.SettingsError, Unavailable, ValueError) as error:
        sys.exit(f"Not migrated. {error}")
    print("The database is at the newest schema.")


if __name__ == "__main__":
    main()
