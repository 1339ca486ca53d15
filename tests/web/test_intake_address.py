from types import SimpleNamespace

import pytest

from treaty.web.intake.gates import address_of
from treaty.web.wsgi import behind


@pytest.mark.parametrize(
    ("proxies", "sender", "seen"),
    [
        ("", "10.0.0.1", "10.0.0.1"),  # nobody is believed
        ("10.0.0.1", "10.0.0.1", "198.51.100.7"),
        ("10.0.0.1", "10.9.9.9", "10.9.9.9"),  # a stranger may say what it likes
    ],
)
def test_only_a_trusted_proxy_may_say_who_sent(proxies, sender, seen):
    found = []
    environ = {"REMOTE_ADDR": sender, "HTTP_X_FORWARDED_FOR": "198.51.100.7", "wsgi.url_scheme": "http"}
    behind(lambda env, start: found.append(env["REMOTE_ADDR"]) or [], proxies)(environ, None)
    assert found == [seen]


@pytest.mark.parametrize(
    ("remote", "name"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", ""), ("unix:", "")],
)
def test_an_ipv6_household_counts_as_one(remote, name):
    assert address_of(SimpleNamespace(META={"REMOTE_ADDR": remote})) == name
