"""The orders and filters that the comparison offers, in a musician's words."""

from __future__ import annotations

from dataclasses import replace

from studio.session.arranging import Arrangement, SortBy

Order = tuple[SortBy, bool]
"""What to sort by, and whether the largest comes first."""

ORDERS: tuple[tuple[Order, str], ...] = (
    ((SortBy.MODEL, False), "as written"),
    ((SortBy.STAR, False), "starred first"),
    ((SortBy.IN_KEY, True), "most in key"),
    ((SortBy.BITS, False), "least surprising"),
    ((SortBy.BITS, True), "most surprising"),
    ((SortBy.DENSITY, True), "most notes"),
    ((SortBy.DENSITY, False), "fewest notes"),
    ((SortBy.RANGE, True), "widest range"),
    ((SortBy.COPY, False), "least copied"),
)

FILTERS: tuple[tuple[Arrangement, str], ...] = (
    (Arrangement(), "all takes"),
    (Arrangement(starred=True), "starred"),
    (Arrangement(in_key=1.0), "all in key"),
    (Arrangement(unusual_copies=False), "no odd copies"),
    (Arrangement(discarded=True), "also put aside"),
)


def ordered(arrangement: Arrangement, number: int) -> Arrangement:
    """The arrangement with the order of this number (from 0, round and round)."""
    by, descending = ORDERS[number % len(ORDERS)][0]
    return replace(arrangement, by=by, descending=descending)


def filtered(arrangement: Arrangement, number: int) -> Arrangement:
    """The arrangement with the filter of this number (from 0, round and round)."""
    chosen = FILTERS[number % len(FILTERS)][0]
    return replace(chosen, by=arrangement.by, descending=arrangement.descending)


def order_number(arrangement: Arrangement) -> int:
    """Which of `ORDERS` this is; the first where it is none of them."""
    now = (arrangement.by, arrangement.descending)
    return next((number for number, (order, _) in enumerate(ORDERS) if order == now), 0)


def filter_number(arrangement: Arrangement) -> int:
    """Which of `FILTERS` this is; the first where it is none of them."""
    plain = replace(arrangement, by=SortBy.MODEL, descending=False)
    return next((number for number, (chosen, _) in enumerate(FILTERS) if chosen == plain), 0)
