import json
from functools import partial

import pytest


@pytest.fixture
def treaty(treaty):
    return partial(treaty, "source")


def test_a_source_lives_from_add_to_off(treaty):
    code, out, err = treaty("add", "site", "--kind", "browser", "--origin", "https://WWW.halden.example/", "--json")
    made = json.loads(out)
    assert (code, err, made["origins"]) == (0, "", ["https://www.halden.example"])
    assert made["write_key"].startswith("public_")
    code, out, err = treaty("add", "backend", "--kind", "server")
    secret = out.split()[-1]
    assert secret.startswith("secret_")
    assert "cannot be shown again" in err
    code, out, _ = treaty("rotate", "backend")
    assert secret not in out
    treaty("admit", "site", "https://shop.halden.example")
    treaty("off", "backend")
    code, out, _ = treaty("list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows["site"]["origins"] == ["https://shop.halden.example", "https://www.halden.example"]
    assert (rows["backend"]["state"], rows["backend"]["write_key"]) == ("off", "")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("add", "site2", "--kind", "browser", "--origin", "halden.example"), 1, "https://www.example.com"),
        (("rotate", "nobody"), 1, "'nobody'"),
        (("add", " ", "--kind", "server"), 1, "1 to 80 characters"),
        (("add", "x" * 81, "--kind", "server"), 1, "1 to 80 characters"),
        (("add", "site3", "--kind", "fax"), 2, "fax"),
        (("add", "site4", "--kind", "form", "--settings", "/nowhere.json"), 1, "/nowhere.json"),
    ],
)
def test_a_refusal_is_one_sentence(treaty, words, code, says):
    found, out, err = treaty(*words)
    assert (found, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
