"""Who may change the state of a venue: operators with a key, and nobody else.

A key is a long random secret. The service knows only its SHA-256, so a list of keys that leaks opens nothing. One line each::

    # sha256 of the key, name of the operator, venues (all when left out), separated by blanks
    5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8 line-2-control city-hall,jongno-3-ga

Without any key nothing can be changed through the API.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from indoor3d.api.errors import Refused
from indoor3d.errors import InvalidInput

_LINE = re.compile(r"([0-9a-fA-F]{64})\s+(\S{1,64})(?:\s+(\S+))?")
_LONGEST_KEY = 256
_KEY_BYTES = 32
"""256 bits: a guess never succeeds, so a plain SHA-256 is enough and no slow hash is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorKey:
    """One key.

    Parameters
    ----------
    digest : str
        SHA-256 of the secret, hexadecimal, lower case.
    name : str
        Of the operator: kept with every change, never shown to the public.
    venues : frozenset of str or None
        Ids of the venues it opens; None for all.
    """

    digest: str
    name: str
    venues: frozenset[str] | None = None

    def opens(self, venue: str) -> bool:
        """Whether the key is one for a venue."""
        return self.venues is None or venue in self.venues


def read_keys(text: str) -> tuple[OperatorKey, ...]:
    """Read a list of keys: a file's text, or a variable's with semicolons for line ends.

    Raises
    ------
    InvalidInput
        A line is not a digest, a name and perhaps venues. The line is named by its number only: it may hold a secret.
    """
    keys = []
    for number, line in enumerate(text.replace(";", "\n").splitlines(), 1):
        plain = line.partition("#")[0].strip()
        if not plain:
            continue
        match = _LINE.fullmatch(plain)
        if match is None:
            raise InvalidInput(
                f"Line {number} of the operator keys is not: SHA-256 in hexadecimal, name, venues.",
                ko=f"운영자 키 {number}번째 줄이 'SHA-256(16진수) 이름 장소' 꼴이 아닙니다.",
            )
        venues = frozenset(match[3].split(",")) if match[3] else None
        keys.append(OperatorKey(digest=match[1].lower(), name=match[2], venues=venues))
    return tuple(keys)


def new_key(name: str, venues: Sequence[str] = ()) -> tuple[str, str]:
    """Make a key: the secret for the operator, shown once, and the line for the list of keys.

    Raises
    ------
    InvalidInput
        The name or a venue's id has blanks, or is empty.
    """
    secret = secrets.token_urlsafe(_KEY_BYTES)
    line = " ".join(filter(None, [hashlib.sha256(secret.encode()).hexdigest(), name, ",".join(venues)]))
    if [key.name for key in read_keys(line)] != [name]:
        raise InvalidInput("A name has no blanks, ';' or '#'.", ko="이름에는 빈칸, ';', '#'을 쓸 수 없습니다.")
    return secret, line


def authorise(request: Request, keys: Sequence[OperatorKey]) -> OperatorKey:
    """Find who sends a request.

    Raises
    ------
    Refused
        ``operator-keys-missing``: this service has no keys. ``unauthorized``: no key was sent, or one that nobody has; the two
        are told apart by nothing.
    """
    if not keys:
        raise Refused(
            "operator-keys-missing",
            "This service was started without operator keys: its state cannot be changed through the API.",
            "운영자 키 없이 시작한 서비스입니다. API로는 상황을 바꿀 수 없습니다.",
        )
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    digest = hashlib.sha256(secret.strip()[:_LONGEST_KEY].encode("utf-8", "replace")).hexdigest()
    found = None
    for key in keys:  # all of them: the time taken says nothing about which
        if hmac.compare_digest(key.digest, digest) and scheme.lower() == "bearer" and len(secret) <= _LONGEST_KEY:
            found = key
    if found is None:
        raise Refused(
            "unauthorized",
            "An operator key is needed: Authorization: Bearer <key>.",
            "운영자 키가 필요합니다: Authorization: Bearer <키>.",
            headers={"WWW-Authenticate": 'Bearer realm="indoor3d"'},
        )
    return found


def permit(key: OperatorKey, venue: str) -> None:
    """Let an operator change a venue.

    Raises
    ------
    Refused
        ``forbidden``: the key is for other venues.
    """
    if not key.opens(venue):
        raise Refused(
            "forbidden", "The key is not for this venue.", "이 장소를 바꿀 수 있는 키가 아닙니다.", venue=venue[:64]
        )
