"""Packs: the signed tree as one file. They hold the signatures, so `tamizdat pack` makes them after signing; here they
have only their name."""

from __future__ import annotations

from tamizdat.editions.copies.kind import Kind

KIND = Kind("packs")
