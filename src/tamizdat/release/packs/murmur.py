"""MurmurHash3, x64, 128 bits, seed 0: its first 64 bits say where an entry of a large folder stands in UnixFS.

It protects nothing; it only spreads names. After Austin Appleby's public MurmurHash3_x64_128
(https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp).
"""

from __future__ import annotations

_ALL = (1 << 64) - 1
_ONE, _TWO = 0x87C37B91114253D5, 0x4CF5AD432745937F


def hash64(data: bytes) -> bytes:
    """The first 8 bytes, the highest of them first."""
    one = two = 0
    whole = len(data) & ~15
    for at in range(0, whole, 16):
        one ^= _mixed(int.from_bytes(data[at : at + 8], "little"), _ONE, 31, _TWO)
        one = ((_turned(one, 27) + two) * 5 + 0x52DCE729) & _ALL
        two ^= _mixed(int.from_bytes(data[at + 8 : at + 16], "little"), _TWO, 33, _ONE)
        two = ((_turned(two, 31) + one) * 5 + 0x38495AB5) & _ALL
    rest = data[whole:]
    two ^= _mixed(int.from_bytes(rest[8:], "little"), _TWO, 33, _ONE) ^ len(data)
    one ^= _mixed(int.from_bytes(rest[:8], "little"), _ONE, 31, _TWO) ^ len(data)
    one = (one + two) & _ALL
    two = (two + one) & _ALL
    return ((_last(one) + _last(two)) & _ALL).to_bytes(8, "big")


def _mixed(word: int, first: int, turn: int, second: int) -> int:
    return _turned(word * first & _ALL, turn) * second & _ALL


def _turned(word: int, by: int) -> int:
    return (word << by | word >> (64 - by)) & _ALL


def _last(word: int) -> int:
    word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD & _ALL
    word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53 & _ALL
    return word ^ word >> 33
