"""Which spellings are one organisation: a rule for the plain cases, a table of decisions for the rest.

The rule joins two spellings if they are in the same country, share a town, and have the same *normal form*:
the set of their words without case, accents, punctuation, what is in brackets, articles and prepositions, and
legal forms; a town's own authority, however it is worded, has one normal form. Spellings that are close but
not the same are *candidates*: the rule leaves them, and each must be decided on in ``bsr_decisions.csv``.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import networkx as nx
import pandas as pd
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

# Letters that do not come apart into a letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "æ": "ae"})
_SMALL_WORDS = {"a", "an", "and", "at", "for", "in", "of", "s", "the", "und"}
_LEGAL_FORMS = {"ab", "as", "e", "ev", "ggmbh", "gmbh", "jsc", "ltd", "oy", "sa", "v"}
_AUTHORITY = {
    *("administration", "city", "commune", "council", "government", "kommun", "kommune", "municipal"),
    *("municipality", "town"),
}

# How alike, of 100, the normal forms of candidates are: in one town with any words added, in others without.
_ALIKE, _ALIKE_ELSEWHERE = 90, 95

# The names of organisations of which each spelling names a part, or misspells the whole.
WHOLE = {
    "O17104": "Uppsala University",
    "O17105": "Lappeenranta University of Technology",
    "O17178": "Linköping University",
    "O17202": "University of Helsinki",
    "O17264": "City of Stockholm",
}


Pair = tuple[str, str]


class Spelling(NamedTuple):
    """A spelling of an organisation's name, and where the organisation was."""

    id: str
    name: str
    country: str
    towns: frozenset[str]


def words(text: str) -> list[str]:
    """Split into words, without case and accents."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)))


def normal_form(spelling: Spelling) -> str:
    """Give the normal form: words in alphabetical order, each once."""
    found = [
        word
        for word in words(re.sub(r"\([^)]*\)", " ", spelling.name))
        if word not in _SMALL_WORDS | _LEGAL_FORMS
    ]
    other = [word for word in found if word not in _AUTHORITY]
    if other != found and other in [words(town) for town in spelling.towns]:
        found = [*other, "municipality"]
    return " ".join(sorted(set(found)))


def resolve(spellings: list[Spelling], decisions: pd.DataFrame) -> pd.DataFrame:
    """Give each spelling (index) its organisation, its form, and how it came to the organisation.

    An organisation has the number of its lowest-numbered spelling, which came to it ``first``; another did so
    by ``rule`` if the rule alone joins the two, else by ``decision``. Spellings that the rule joins have one
    form, called by the lowest-numbered of them.
    """
    same, different = _pairs(decisions, spellings)
    forms = {spelling: normal_form(spelling) for spelling in spellings}
    by_rule: nx.Graph[str] = nx.Graph()
    by_rule.add_nodes_from(spelling.id for spelling in spellings)
    by_rule.add_edges_from(_equal(forms))
    by_rule.remove_edges_from(different)
    joined = by_rule.copy()
    joined.add_edges_from(same)

    first = _lowest(joined)
    _require_decided(first, different, _candidates(forms))
    found = pd.DataFrame({"first": first, "form": _lowest(by_rule)})
    how = (found["form"] == found["first"]).map({True: "rule", False: "decision"})
    return pd.DataFrame(
        {
            "organisation": "O" + found["first"].str[1:],
            "form": found["form"],
            "how": how.mask(found.index == found["first"], "first"),
        }
    )


def names(spellings: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series[str]:
    """Give each organisation (index) its name.

    Of its spellings, that in most participations, at a draw the lowest-numbered; but one that a decision
    calls a form of another, or that is all capitals, only if there is no other.

    `spellings` has a row for each spelling (index): ``name``, ``organisation``, ``form``, ``participations``.
    """
    decided = decisions.loc[decisions["decision"] == "same", "spelling"]
    forms = spellings.loc[decided, "form"]
    order = pd.DataFrame(
        {
            "lesser": spellings["form"].isin(forms) | spellings["name"].str.isupper(),
            "participations": -spellings["participations"],
            "number": spellings.index.str[1:].astype(int),
        }
    ).sort_values(["lesser", "participations", "number"])
    best = spellings.loc[order.index].drop_duplicates("organisation").set_index("organisation")["name"]
    best.update(pd.Series(WHOLE))
    return best.map(unquoted)


def unquoted(name: str) -> str:
    """Take away the quotation marks that the source has put around and doubled within some names."""
    if name.startswith('"') and name.endswith('"'):
        name = name[1:-1].replace('""', '"')
    return " ".join(name.split())


def _pairs(decisions: pd.DataFrame, spellings: list[Spelling]) -> tuple[list[Pair], list[Pair]]:
    """Give the pairs decided to be the same, and those decided to differ."""
    pairs = list(zip(decisions["spelling"], decisions["other"], strict=True))
    unknown = {one for pair in pairs for one in pair} - {spelling.id for spelling in spellings}
    if unknown:
        sys.exit(f"bsr_decisions.csv has spellings that the source has not: {', '.join(sorted(unknown))}")
    same = [pair for pair, decision in zip(pairs, decisions["decision"], strict=True) if decision == "same"]
    return same, [pair for pair in pairs if pair not in same]


def _require_decided(first: dict[str, str], different: list[Pair], candidates: Iterator[Pair]) -> None:
    """Demand that each candidate is of one organisation, or decided to differ, and that decisions hold."""
    for one, other in different:
        if first[one] == first[other]:
            sys.exit(f"bsr_decisions.csv: {one} and {other} are decided to differ, but others join them")
    apart = {frozenset((first[one], first[other])) for one, other in different}
    for one, other in candidates:
        if first[one] != first[other] and frozenset((first[one], first[other])) not in apart:
            sys.exit(f"{one} and {other} are nearly the same name: decide on them in bsr_decisions.csv")


def _equal(forms: dict[Spelling, str]) -> Iterator[Pair]:
    for one, other in combinations(forms, 2):
        if one.country == other.country and forms[one] == forms[other] and one.towns & other.towns:
            yield one.id, other.id


def _candidates(forms: dict[Spelling, str]) -> Iterator[Pair]:
    for one, other in combinations(forms, 2):
        if one.country != other.country:
            continue
        alike = token_sort_ratio(forms[one], forms[other], score_cutoff=_ALIKE_ELSEWHERE)
        if alike or (
            one.towns & other.towns and token_set_ratio(forms[one], forms[other], score_cutoff=_ALIKE)
        ):
            yield one.id, other.id


def _lowest(graph: nx.Graph[str]) -> dict[str, str]:
    """Give each spelling the lowest-numbered of those it is joined to."""
    return {
        spelling: min(component, key=lambda one: int(one[1:]))
        for component in nx.connected_components(graph)
        for spelling in component
    }
