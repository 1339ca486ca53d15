"""How many people are still to be judged. Called by public.sh."""

import os
import sqlite3
from pathlib import Path

with sqlite3.connect(f"file:{Path(os.environ['TREATY_HOME']) / 'treaty.db'}?mode=ro", uri=True) as connection:
    [(count,)] = connection.execute("select count(*) from qualification_nextjudgement")
print(count)
