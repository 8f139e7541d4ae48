"""Difference in differences: how much more treated places changed than others, and how sure that is.

All treated places begin in the same year. What is found is an effect only if, without the programme, both
groups would have changed alike.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student
from scipy.stats import ttest_ind

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_array, require_column, require_level, require_whole
from klasteryste.methods._frames import Floats
from klasteryste.methods._panels import Label, study
from klasteryste.methods.surveys import Difference, design_mean, difference, interval

GROUPS = ("treated", "comparison")
TIMES = ("before", "after")
# With fewer units on a side, their own spread is too uncertain.
FEWEST_FOR_WELCH = 5


@dataclass(frozen=True)
class StudentDifference(Difference):
    """A difference whose interval and p value are those of Student's t.

    Attributes
    ----------
    df : float
        Its degrees of freedom.
    """

    df: float


@dataclass(frozen=True)
class UnitsDifference(StudentDifference):
    """A difference in differences with an error that comes from the spread between units.

    Attributes
    ----------
    treated, comparison : int
        How many units were treated, and with how many they were compared.
    years_before, years_after : int
        How many years were averaged on either side of the start.
    left_out : tuple
        Comparison units that lack a year.
    """

    treated: int
    comparison: int
    years_before: int
    years_after: int
    left_out: tuple[Hashable, ...]


@dataclass(frozen=True)
class RegroupingTest:
    """A difference in differences among those that other choices of treated units would have given.

    Attributes
    ----------
    value : float
        The difference in differences.
    p : float
        The share of choices whose difference is at least as far from nought, the real one included.
    regroupings : int
        How many choices were compared.
    """

    value: float
    p: float
    regroupings: int


def did_of_means(means: npt.ArrayLike, ses: npt.ArrayLike, level: float = 0.95) -> Difference:
    r"""Combine four independent estimates: :math:`\tau = (T_1 - T_0) - (C_1 - C_0)`.

    Its standard error, the root of the sum of the four squared, is that of sampling people. That one place
    may have had a good year for its own reasons is not in it: with one treated place and one other, no
    number of people asked tells the programme from such a year.

    Parameters
    ----------
    means, ses : array_like of float, shape (2, 2)
        Estimates from samples of different people and their standard errors, all in the same units: the
        first row of treated places, the second of others; the first column before, the second after.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    Difference
        The difference in differences; interval and p value are from the normal distribution.

    Raises
    ------
    CourseError
        If the shapes are others, something is no number, a number is missing or infinite, or a standard error
        is negative or all are nought.

    References
    ----------
    Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of Economics, DOI 10.1162/003355304772839588.
    """
    m, s = number_array("did_of_means", "means", means), number_array("did_of_means", "ses", ses)
    if m.shape != (2, 2) or s.shape != (2, 2):
        raise CourseError(
            f"did_of_means was given shapes {m.shape} and {s.shape}: give two rows (treated, others) of two"
        )
    if not (s >= 0).all():
        raise CourseError("did_of_means was given a standard error that is missing or negative")
    before, after = m.T
    se_treated, se_others = np.hypot(*s.T)
    change_treated, change_others = after - before
    return difference(change_others, se_others, change_treated, se_treated, level)


def did_of_answers(
    answers: npt.ArrayLike,
    treated: npt.ArrayLike,
    after: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    strata: npt.ArrayLike | None = None,
    psus: npt.ArrayLike | None = None,
    level: float = 0.95,
) -> StudentDifference:
    r"""Estimate the four means of `did_of_means` from people's answers, by `design_mean`.

    The four groups of people have to be independent samples: different people before and after, and no
    primary sampling unit in two of them, as where the same places are asked again; their units are compared
    by `did_of_units`, on the means of places. Interval and p value are from Student's t with Satterthwaite's
    degrees of freedom :math:`(\sum_g s_g^2)^2 / \sum_g (s_g^4 / f_g)`, from the standard errors and degrees
    of freedom of the four means.

    Parameters
    ----------
    answers : array_like of float, shape (n,)
        Answers; NaN where a person gave none.
    treated, after : array_like of bool, shape (n,)
        Whether a person lives in a treated place, and was asked after the start.
    weights, strata, psus : array_like, shape (n,), optional
        As in `design_mean`.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    StudentDifference
        The difference in differences.

    Raises
    ------
    CourseError
        If lengths differ, a mark is not true or false, or a group is not fit for `design_mean`, such as one
        of fewer than two people or with no spread within strata to estimate; the group is named; or if a
        primary sampling unit is in two groups.

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114.
    """
    where = "did_of_answers"
    y = np.asarray(answers)
    require_column(where, "answers", y)
    t, a = (_marks(where, name, marks, len(y)) for name, marks in (("treated", treated), ("after", after)))
    columns = {"weights": weights, "strata": strata, "psus": psus}
    given = {name: np.asarray(column) for name, column in columns.items() if column is not None}
    for name, column in given.items():
        require_column(where, name, column, len(y))
    if psus is not None:
        _require_own_psus(where, 2 * t + a, given)
    means, ses, dfs = np.empty((3, 2, 2))
    for row, group in enumerate(GROUPS):
        for column_, time in enumerate(TIMES):
            cell = (t == (group == "treated")) & (a == (time == "after"))
            try:
                found = design_mean(y[cell], **{name: column[cell] for name, column in given.items()})
            except CourseError as error:
                raise CourseError(f"{where}, {group} {time}: {error}") from None
            if found.df == 0:
                raise CourseError(
                    f"{where}, {group} {time}: every stratum has one primary sampling unit: join strata"
                )
            means[row, column_], ses[row, column_], dfs[row, column_] = found.value, found.se, found.df
    plain = did_of_means(means, ses, level)
    # Shares of the variance, since the squares of squares of tiny errors would be nought.
    df = float(1 / ((ses / plain.se) ** 4 / dfs).sum())
    low, high = interval(plain.value, plain.se, level, df=df)
    p = float(2 * student.sf(abs(plain.value) / plain.se, df))
    return StudentDifference(plain.value, plain.se, low, high, p, df)


def did_of_units(
    panel: pd.DataFrame,
    value: str,
    *,
    unit: str,
    year: str = "year",
    treated: Collection[Label],
    start: int,
    level: float = 0.95,
) -> UnitsDifference:
    r"""Compare the changes of treated units with those of others.

    Each unit's change is its mean from the start on less its mean before, so that dependence between the
    years of a unit does no harm; :math:`\tau` is the mean change of treated units less that of the others,
    with Welch's standard error :math:`\sqrt{s_T^2 / n_T + s_C^2 / n_C}`. With fewer than 5 units on a side
    their own spread is too uncertain, and Welch's intervals hold the truth too rarely; the error is then
    :math:`s \sqrt{1 / n_T + 1 / n_C}`, with s the standard deviation within groups of both together and
    :math:`n_T + n_C - 2` degrees of freedom, which takes treated units to vary as much as the others. Units
    are independent of one another. One treated unit has no spread: what it did for other reasons cannot be
    told from the programme, and there is no standard error. `did_placebo_test` then says how unusual its
    change was.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    treated : collection of label
        The units with the programme.
    start : int
        The first year in which it could have an effect.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    UnitsDifference
        The difference in differences, and what it rests on.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, a treated unit is unknown,
        comes twice or lacks a year, fewer than two treated or two complete other units, or no year on either
        side of the start remain, or within both groups all units changed alike.

    References
    ----------
    Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of Economics, DOI 10.1162/003355304772839588;
    Welch (1947), Biometrika 34, 28-35.
    """
    where = "did_of_units"
    require_level(level)
    found = study(where, panel, value, unit, year, treated, start, fewest_before=1, fewest_others=2)
    if found.treated.sum() < 2:
        raise CourseError(
            f"{where} was given one treated unit, whose own ups and downs cannot be told from an effect: "
            "no standard error exists; use did_placebo_test"
        )
    of_treated, of_others = found.changes[found.treated], found.changes[~found.treated]
    rounding = 1e-12 * np.abs(found.table.to_numpy()).max()
    if max(np.ptp(of_treated), np.ptp(of_others)) <= rounding:
        raise CourseError(
            f"{where}: within both groups all units changed alike: there is no error to estimate"
        )
    sizes = np.array([len(of_treated), len(of_others)])
    variances = np.array([of_treated.var(ddof=1), of_others.var(ddof=1)])
    pooled = bool(sizes.min() < FEWEST_FOR_WELCH)
    test = ttest_ind(of_treated, of_others, equal_var=pooled)
    if pooled:
        variances[:] = (sizes - 1) @ variances / (sizes.sum() - 2)
    ends = test.confidence_interval(level)
    tau = float(of_treated.mean() - of_others.mean())
    return UnitsDifference(
        value=tau,
        se=float(np.sqrt((variances / sizes).sum())),
        low=float(ends.low),
        high=float(ends.high),
        p=float(test.pvalue),
        df=float(test.df),
        treated=len(of_treated),
        comparison=len(of_others),
        years_before=int(found.before.sum()),
        years_after=int((~found.before).sum()),
        left_out=found.left_out,
    )


def did_placebo_test(
    panel: pd.DataFrame,
    value: str,
    *,
    unit: str,
    year: str = "year",
    treated: Collection[Label],
    start: int,
    draws: int = 9999,
    seed: int,
) -> RegroupingTest:
    """Ask how unusual a difference in differences is among those of other choices of treated units.

    If the programme had no effect and units could have changed places, every choice of as many units is as
    likely as the real one to stand out. All choices are gone through if there are no more than `draws`,
    otherwise `draws` at random besides the real one. One treated unit and J others give p of at least
    1 / (J + 1). A small p says that the unit's change was unusual, not why.

    Parameters
    ----------
    panel, value, unit, year, treated, start
        As in `did_of_units`; one treated unit is enough.
    draws : int
        How many choices to compare at most, at least 99.
    seed : int
        Where the draws begin.

    Returns
    -------
    RegroupingTest
        The difference in differences and its p value.

    Raises
    ------
    CourseError
        As `did_of_units`, except that one treated unit and changes without spread are allowed.

    References
    ----------
    Conley and Taber (2011), Review of Economics and Statistics 93(1), 113-125, who compare a few treated
    units with the spread of many others.
    """
    where = "did_placebo_test"
    found = study(where, panel, value, unit, year, treated, start, fewest_before=1, fewest_others=2)
    taus = _regrouped(where, found.changes[:, None], found.treated, draws, seed)[:, 0]
    return RegroupingTest(float(taus[0]), float(_as_large(np.abs(taus)).mean()), len(taus))


def did_pre_trends(
    panel: pd.DataFrame,
    value: str,
    *,
    unit: str,
    year: str = "year",
    treated: Collection[Label],
    start: int,
    draws: int = 9999,
    seed: int,
) -> pd.DataFrame:
    """Look for differences in differences where there can be none: in the years before the start.

    For each year before the last one before the start, the gap is how much farther treated units were from
    others in that year than in the last: the mean over treated units of :math:`y_{it} - y_{i,last}`, less
    that over the others, as an event-study plot has it. P values are those of `did_placebo_test`. The
    adjusted ones allow for looking at all years: each gap is divided by its standard deviation over the
    choices, and compared with the largest over the years in every choice. That no difference is seen does not
    show that there is none; with few units little can be seen at all.

    Parameters
    ----------
    panel, value, unit, year, treated, start, draws, seed
        As in `did_placebo_test`.

    Returns
    -------
    DataFrame
        A row a year: ``gap``, in the units of the value, ``p`` and ``p_adjusted``; both p are 1 for a year
        since which all units have changed alike.

    Raises
    ------
    CourseError
        As `did_placebo_test`, and if there are fewer than two years before the start.

    References
    ----------
    Westfall and Young (1993), *Resampling-Based Multiple Testing*; Roth (2022), American Economic Review:
    Insights 4(3), 305-322, on what such a test cannot do.
    """
    where = "did_pre_trends"
    found = study(where, panel, value, unit, year, treated, start, fewest_before=2, fewest_others=2)
    before = found.table.loc[:, found.before]
    y = before.to_numpy()
    gaps = _regrouped(where, y[:, :-1] - y[:, -1:], found.treated, draws, seed)
    spread = gaps.std(axis=0)
    alike = spread <= 1e-12 * np.abs(y).max()
    size = np.abs(gaps) / np.where(alike, 1.0, spread) * ~alike
    largest = size.max(axis=1)
    return pd.DataFrame(
        {
            "gap": gaps[0],
            "p": _as_large(size).mean(axis=0),
            "p_adjusted": [(largest >= one * (1 - 1e-9)).mean() for one in size[0]],
        },
        index=before.columns[:-1],
    )


def _require_own_psus(
    where: str, cells: npt.NDArray[np.int64], given: Mapping[str, npt.NDArray[Any]]
) -> None:
    """Demand that no primary sampling unit, which may be numbered within strata, is in two cells."""
    design = pd.DataFrame({name: given[name] for name in ("strata", "psus") if name in given})
    shared = pd.Series(cells).groupby([design[name] for name in design]).nunique() > 1
    for unit in shared.index[shared][:1]:
        raise CourseError(
            f"{where}: the primary sampling unit {unit} is in two of the four groups, which are then not "
            "independent: give the means of places to did_of_units, or number the units of each group apart"
        )


def _marks(where: str, name: str, marks: npt.ArrayLike, n: int) -> npt.NDArray[np.bool_]:
    found = np.asarray(marks)
    require_column(where, name, found, n)
    if not pd.Series(found).isin([0, 1]).all():
        raise CourseError(f"{where} was given {name} that is not true or false for everyone")
    return found.astype(bool)


def _regrouped(where: str, changes: Floats, treated: npt.NDArray[np.bool_], draws: int, seed: int) -> Floats:
    """Give mean changes (n, k) of treated less others for choices of treated units; the real one first."""
    require_whole(where, fewest=99, draws=draws)
    require_whole(where, fewest=0, seed=seed)
    n, chosen = len(treated), int(treated.sum())
    ordered = np.concatenate([changes[treated], changes[~treated]])
    ordered = ordered - ordered.mean(axis=0)
    if comb(n, chosen) <= draws:
        places = np.array(list(combinations(range(n), chosen)))
    else:
        drawn = np.random.default_rng(seed).random((draws, n)).argpartition(chosen, axis=1)[:, :chosen]
        places = np.vstack([np.arange(chosen), drawn])
    choice = np.zeros((len(places), n))
    np.put_along_axis(choice, places, 1.0, axis=1)
    # Changes add up to nought over all units, so the others' sum is the chosen ones' with the other sign.
    return np.asarray(choice @ ordered * (1 / chosen + 1 / (n - chosen)))


def _as_large(size: Floats) -> npt.NDArray[np.bool_]:
    """Mark what is no smaller than the first row, which must not lose to itself by rounding."""
    return np.asarray(size >= size[0] - 1e-9 * size.max(axis=0))
