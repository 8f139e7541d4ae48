"""How well the spellings of names were matched into organisations, measured by a checked sample."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods.surveys import kish_deff, wilson_interval


@dataclass(frozen=True)
class PairShare:
    """A share of pairs, estimated from a sample.

    Attributes
    ----------
    value, low, high : float
        The share and the ends of its interval, 0 to 1.
    pairs : int
        Of how many pairs it is the share; a pair of two drawn records counts for each of them.
    """

    value: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class MatchQuality:
    """How well records were matched.

    Attributes
    ----------
    precision : PairShare
        Of the pairs that were matched, the share that is truly the same.
    recall : PairShare
        Of the pairs that are truly the same, the share that was matched.
    """

    precision: PairShare
    recall: PairShare


def match_quality(
    groups: pd.Series[Any],
    drawn: Collection[Hashable],
    same: Iterable[tuple[Hashable, Hashable]],
    level: float = 0.95,
) -> MatchQuality:
    r"""Estimate the precision and the recall of a match from a simple random sample of its records.

    For each drawn record :math:`i` let :math:`m_i` be the number of other records it was matched with,
    :math:`c_i` the number that a check of *all* records found to be the same as it, and :math:`b_i` the
    number in both. Then

    .. math:: \text{precision} = \frac{\sum b_i}{\sum m_i}, \qquad \text{recall} = \frac{\sum b_i}{\sum c_i} .

    The pairs of one record tend to be right or wrong together. The interval takes them to be so entirely: it
    is Wilson's, with the pairs divided by Kish's design effect of the numbers of pairs per record,
    :math:`(\sum m_i)^2 / \sum m_i^2` of them (for recall with :math:`c_i`). It stays within 0 and 1. It
    assumes that errors are spread over organisations large and small: if they sit in a few large ones, the
    interval is too narrow.

    Parameters
    ----------
    groups : Series, shape (n,)
        The group that each record was matched into; the index names the records.
    drawn : collection of labels
        The records that were drawn, each once.
    same : iterable of pairs of labels
        The pairs found to be the same, of which one record at least was drawn; in either order, repeated or
        not.
    level : float
        Confidence level of the intervals, between 0 and 1.

    Returns
    -------
    MatchQuality
        Precision and recall with their intervals.

    Raises
    ------
    CourseError
        If a record is in `groups` twice, in no group, or unknown; if none or one was drawn twice; if a pair
        holds no drawn record, or one record twice; or if of the drawn records none was matched, or none found
        to be the same as another, so that a share has no pairs.

    References
    ----------
    Kish (1965), *Survey Sampling*; Wilson (1927), Journal of the American Statistical Association 22(158),
    209-212.
    """
    _require_records(groups, drawn)
    found: dict[Hashable, set[Hashable]] = {record: set() for record in drawn}
    for one, other in same:
        _require_pair(groups, found, one, other)
        for record, partner in ((one, other), (other, one)):
            if record in found:
                found[record].add(partner)

    group = groups.to_dict()
    members: dict[Any, set[Hashable]] = {}
    for record, its_group in group.items():
        members.setdefault(its_group, set()).add(record)
    matched = {record: members[group[record]] - {record} for record in drawn}
    both = sum(len(matched[record] & found[record]) for record in drawn)
    return MatchQuality(_share(both, matched, "matched", level), _share(both, found, "found the same", level))


def _share(both: int, partners: dict[Hashable, set[Hashable]], what: str, level: float) -> PairShare:
    pairs: npt.NDArray[np.int_] = np.array([len(of) for of in partners.values() if of])
    if len(pairs) == 0:
        raise CourseError(f"match_quality: no drawn record was {what} with another, so a share has no pairs")
    n = len(pairs) / kish_deff(pairs)
    share = both / int(pairs.sum())
    low, high = wilson_interval(share * n, n, level)
    return PairShare(share, float(low), float(high), int(pairs.sum()))


def _require_records(groups: pd.Series[Any], drawn: Collection[Hashable]) -> None:
    if not groups.index.is_unique:
        twice = groups.index[groups.index.duplicated()][0]
        raise CourseError(f"match_quality: the record {twice} has two groups: give each record once")
    if groups.isna().any():
        raise CourseError(f"match_quality: the record {groups.index[groups.isna()][0]} has no group")
    if len(drawn) == 0:
        raise CourseError("match_quality was given no drawn records")
    if len(set(drawn)) < len(drawn):
        raise CourseError("match_quality was given a drawn record twice: give each once")
    unknown = set(drawn) - set(groups.index)
    if unknown:
        raise CourseError(f"match_quality: drawn records are unknown: {', '.join(sorted(map(str, unknown)))}")


def _require_pair(
    groups: pd.Series[Any], drawn: Collection[Hashable], one: Hashable, other: Hashable
) -> None:
    if one == other:
        raise CourseError(f"match_quality was given {one} as the same as itself: give pairs of two records")
    for record in (one, other):
        if record not in groups.index:
            raise CourseError(f"match_quality: the record {record} of a pair is unknown")
    if one not in drawn and other not in drawn:
        raise CourseError(f"match_quality: of the pair {one}, {other} neither record was drawn")
