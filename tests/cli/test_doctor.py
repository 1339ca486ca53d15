"""`treaty doctor` where there is nothing to look at."""

import os
import subprocess
import sys

CODE = "from treaty.cli.main import main; main()"


def doctor(home):
    env = {**os.environ, "TREATY_HOME": str(home), "TREATY_DATABASE_URL": ""}
    done = subprocess.run([sys.executable, "-c", CODE, "doctor"], env=env, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def test_without_a_company_it_says_how_to_get_one(tmp_path):
    code, out, err = doctor(tmp_path)
    assert (code, out) == (1, "")
    assert err.endswith("start `treaty serve` or `treaty demo`\n")
    assert list(tmp_path.iterdir()) == []


def test_who_has_a_demo_company_is_told_where_it_lives(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/treaty.db").touch()
    _, _, err = doctor(tmp_path)
    assert f"TREATY_HOME={tmp_path / 'demo'} treaty doctor" in err
