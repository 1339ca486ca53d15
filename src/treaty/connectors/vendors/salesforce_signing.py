"""Signing in to Salesforce: by client credentials, or as a user by a signed assertion (JWT bearer, RS256)."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from treaty.connectors.vendors.talk import Forbidden, Talk, Token
from treaty.outward import Call

PATH = "/services/oauth2/token"
GOOD_FOR = 180
"""Seconds for which an assertion is good: the most the vendor takes."""
_PEM = re.compile(r"-----BEGIN (?:RSA )?PRIVATE KEY-----(.*?)-----END (?:RSA )?PRIVATE KEY-----", re.DOTALL)


def token_of(secrets: Mapping[str, str], address: str, at: datetime) -> Talk[Token]:
    """A token, and the address the company is called at from then on. Raises Forbidden when what was entered is no way in.

    The vendor does not say until when a token is good: it turns one away that has run out.
    """
    answer = yield Call("POST", PATH, form=_form(secrets, address, at))
    told = answer.json()
    return Token(told["access_token"], address=told["instance_url"])


def _form(secrets: Mapping[str, str], address: str, at: datetime) -> dict[str, str]:
    if secrets.get("private_key"):
        if not secrets.get("user"):
            raise Forbidden("a private key signs somebody in: name the user as well")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": _assertion(secrets, address, at)}
    if not secrets.get("client_secret"):
        raise Forbidden("neither a client secret nor a private key: enter one of them")
    return {"grant_type": "client_credentials", "client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}


def _assertion(secrets: Mapping[str, str], address: str, at: datetime) -> str:
    """Who signs in, where, and until when. Source: RFC 7519, RFC 7523."""
    claims = {
        "iss": secrets["client_id"], "sub": secrets["user"], "aud": _audience(address), "exp": int(at.timestamp()) + GOOD_FOR,
    }  # fmt: skip
    said = ".".join(_base64url(msgspec.json.encode(part)) for part in ({"alg": "RS256"}, claims))
    signature = _key(secrets["private_key"]).sign(said.encode(), PKCS1v15(), SHA256())
    return f"{said}.{_base64url(signature)}"


def _audience(address: str) -> str:
    """The vendor has two places where users are known: for companies, and for their sandboxes."""
    is_sandbox = ".sandbox." in (urlsplit(address).hostname or "")
    return "https://test.salesforce.com" if is_sandbox else "https://login.salesforce.com"


def _key(text: str) -> RSAPrivateKey:
    """A private key in PEM; its lines may have been joined, as a field of one line does."""
    found = _PEM.search(text)
    try:
        key = load_der_private_key(base64.b64decode("".join(found[1].split()) if found else "", validate=True), password=None)
    except (ValueError, TypeError, binascii.Error):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise Forbidden("the private key cannot be read: paste all of it, from BEGIN PRIVATE KEY to END PRIVATE KEY, not encrypted")
    return key


def _base64url(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
