"""Ask a given resolver for addresses: DNS over TCP (RFC 1035, RFC 7766), the only form that goes through proxies.

What comes is a stranger's: at most 64 KB, nothing in it is followed, and a fault is a failure, never an exception.
"""

from __future__ import annotations

import ipaddress
import secrets

from tamizdat.mirrors.watch.vantage import Vantage, connect, exactly

_KINDS = {1: 4, 28: 16}
"""A and AAAA, with the bytes of each."""
_CODES = {2: "dns_servfail_error", 3: "dns_nxdomain_error", 5: "dns_refused_error"}
MISBEHAVING, NO_ANSWER = "dns_server_misbehaving", "dns_no_answer"


def ask(vantage: Vantage, name: str, until: float) -> tuple[tuple[str, ...], str | None]:
    """The IP addresses that the vantage's resolver has for a name, and OONI's word for why there are none.

    Raises OSError where the resolver cannot be reached.
    """
    found: list[str] = []
    failure: str | None = None
    for kind in _KINDS:
        number = secrets.token_bytes(2)
        asked = question(name, kind, number)
        with connect(vantage, vantage.resolver, 53, until) as made:
            made.sendall(len(asked).to_bytes(2, "big") + asked)
            try:
                answer = exactly(made, int.from_bytes(exactly(made, 2, until), "big"), until)
            except EOFError:
                answer = b""
        addresses, why = answers(answer, kind, number)
        found += addresses
        failure = failure or why
        if why == _CODES[3]:
            break
    return tuple(found), None if found else failure


def question(name: str, kind: int, number: bytes) -> bytes:
    """The message that asks for the records of a kind."""
    labels = [label for label in name.rstrip(".").encode("idna").split(b".") if label]
    wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return number + b"\x01\0\0\x01\0\0\0\0\0\0" + wire + kind.to_bytes(2, "big") + b"\0\x01"


def answers(message: bytes, kind: int, number: bytes) -> tuple[list[str], str | None]:
    """The addresses in an answer to that question, and OONI's word for why there are none."""
    if len(message) < 12 or message[:2] != number or not message[2] & 0x80:
        return [], MISBEHAVING
    code = message[3] & 15
    if code:
        return [], _CODES.get(code, MISBEHAVING)
    found: list[str] = []
    try:
        place = 12
        for _ in range(int.from_bytes(message[4:6], "big")):
            place = _after_name(message, place) + 4
        for _ in range(int.from_bytes(message[6:8], "big")):
            place = _after_name(message, place)
            told, size = int.from_bytes(message[place : place + 2], "big"), message[place + 8 : place + 10]
            data = message[place + 10 : place + 10 + int.from_bytes(size, "big")]
            place += 10 + int.from_bytes(size, "big")
            if told == kind and len(data) == _KINDS[kind]:
                found.append(str(ipaddress.ip_address(data)))
    except IndexError:
        return [], MISBEHAVING
    return found, None if found else NO_ANSWER


def _after_name(message: bytes, place: int) -> int:
    """Where a name ends. A pointer (RFC 1035, 4.1.4) ends it, and is not followed."""
    while message[place]:
        if message[place] >= 0xC0:
            return place + 2
        place += 1 + message[place]
    return place + 1
