"""How long until the demo company is ready, from an empty data folder: made, lived through, exported, served.

    .venv/bin/python scripts/bench_demo.py [--leads 5000]

Told: seconds until its home page answers, and processor seconds of all its processes until then.
"""

# ruff: noqa: S310, S603 the addresses and commands are our own

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench_house import load

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "clients"))
PATIENCE = 1200.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=5000)
    given = parser.parse_args()
    from serving import free_port

    port, begun = free_port(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-demo-") as folder:
        command = [str(Path(sys.executable).with_name("treaty")), "demo", "--leads", str(given.leads), "--port", str(port)]
        env = {**os.environ, "TREATY_HOME": folder}
        running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            is_ready = answers(f"http://127.0.0.1:{port}/", running)
            waited = time.monotonic() - begun
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(30)
    spent = os.times()
    said = f"ready after {waited:.0f} s" if is_ready else f"not ready after {waited:.0f} s"
    print(f"{given.leads:,} leads: {said}, {spent.children_user + spent.children_system:.0f} s processor; {load()}")


def answers(url: str, running: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    main()
