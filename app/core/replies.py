"""Reply addresses: where an answer by mail goes, so that neither side sees the other's address.

An address is `reply+<key><proof>@<domain>`. The key is a random public id that its owner's row
holds and that is changed or emptied to revoke it; the proof is a keyed hash, so that nobody can
try keys. Both are lower case: mail servers may fold the part before the @.
"""

from flask import current_app

from app.core.database import ID_LENGTH
from app.core.tokens import is_same, keyed_hash

BOX = "reply"
PROOF = 24  # of 64 hexadecimal digits: 96 bits; the part before the @ stays under 64 characters


def reply_domain() -> str:
    """Return the domain whose mail comes to us, or nothing where none does."""
    return str(current_app.config["KITH"].reply_domain)


def reply_address(key: str | None) -> str | None:
    """Return where to write to the owner of a key; None without a domain or with a revoked key."""
    if not key or not reply_domain():
        return None
    return f"{BOX}+{key}{_proof(key)}@{reply_domain()}"


def key_of(address: str) -> str | None:
    """Return the key in a reply address of ours, or None for any other address."""
    local, _, domain = address.strip().lower().rpartition("@")
    box, plus, token = local.partition("+")
    if not plus or box != BOX or not domain or domain != reply_domain():
        return None
    key, proof = token[:ID_LENGTH], token[ID_LENGTH:]
    return key if is_same(proof, _proof(key)) else None


def _proof(key: str) -> str:
    secret = str(current_app.config["SECRET_KEY"])
    return keyed_hash(f"{BOX} {key}", secret)[:PROOF]
