"""Regression with an effect for every unit and every year, and inference where units are few."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from linearmodels.panel import PanelOLS
from scipy.linalg import orth
from scipy.optimize import bisect
from scipy.stats import t

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_level, require_whole
from klasteryste.methods._frames import Floats
from klasteryste.methods._panels import label_list, long_panel

# Each set has mean 0 and variance 1, and begins with 1, which leaves the data as they are.
POINTS = {
    "rademacher": np.array([1.0, -1.0]),
    "webb": np.array([1.0, -1.0, np.sqrt(0.5), -np.sqrt(0.5), np.sqrt(1.5), -np.sqrt(1.5)]),
}
# How many standard errors away the end of an interval is looked for.
FAR = 1e4


@dataclass(frozen=True, eq=False)
class TwoWayEffects:
    """Slopes of a regression with effects of units and years.

    Attributes
    ----------
    slopes : DataFrame
        A row a regressor: ``slope``, ``se`` (clustered by unit), ``low``, ``high`` and ``p`` (Student's t
        with one degree of freedom less than there are units).
    rows, units, years : int
        How many were used.
    left_out : tuple
        The units of which no row was: something was missing, or a row had no other of its unit or year.
    """

    slopes: pd.DataFrame
    rows: int
    units: int
    years: int
    left_out: tuple[Hashable, ...]


@dataclass(frozen=True)
class WildClusterTest:
    """What the wild cluster bootstrap says of one slope.

    Attributes
    ----------
    slope : float
        The estimate, as in `two_way_effects`.
    p : float
        Two-sided p value of the hypothesis that the slope is nought.
    low, high : float
        Ends of the interval of slopes that the same test does not reject. Infinite where it rejects none on
        that side, as with very few units.
    assignments : int
        How many assignments of weights to units were compared with the data.
    units : int
        How many units there are.
    """

    slope: float
    p: float
    low: float
    high: float
    assignments: int
    units: int


@dataclass(frozen=True, eq=False)
class _Design:
    """A panel without gaps; y (n,) and x (n, k) less the effects of units and years; a basis of these."""

    frame: pd.DataFrame
    y: Floats
    x: Floats
    effects: Floats
    codes: npt.NDArray[np.intp]
    left_out: tuple[Hashable, ...]

    @property
    def units(self) -> int:
        return int(self.codes.max()) + 1


def two_way_effects(
    panel: pd.DataFrame,
    outcome: str,
    regressors: Collection[str],
    *,
    unit: str,
    year: str = "year",
    level: float = 0.95,
) -> TwoWayEffects:
    r"""Fit :math:`y_{it} = \alpha_i + \gamma_t + \beta' x_{it} + \varepsilon_{it}` by least squares.

    What is constant in a unit, and what happens to all units in a year, is taken out; what else changes in a
    unit along with x is not, so a slope is no effect of x without further argument. Errors may depend on
    one another within a unit in any way, and are independent between units. With few units (say below 40),
    or units of very different size, the clustered standard errors are too small: see `wild_cluster_test`.

    What counts is the number of units in which x changes in its own way, not that of all units. Where x is a
    programme in one or two units, the clustered standard error comes nearly from these alone, and false
    alarms are the rule however many the others are: use `did_placebo_test`. Where units begin in different
    years and effects differ or grow, the slope is a mean of effects in which some may count negatively.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year; not every unit needs every year. A row with a missing value is left out.
    outcome, regressors, unit, year : str
        Its columns: y, the x, the label of the unit, the year as a whole number.
    level : float
        Confidence level of each interval, between 0 and 1.

    Returns
    -------
    TwoWayEffects
        The slopes, in units of y for each unit of x, and what they rest on.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, a regressor is named twice or
        is the outcome, fewer than three units or two years remain, a column does not vary beyond the
        effects, or a regressor beyond the other ones, or the outcome is fitted without error.

    References
    ----------
    Arellano (1987), Oxford Bulletin of Economics and Statistics 49(4), 431-434; Cameron, Gelbach and Miller
    (2008), Review of Economics and Statistics, DOI 10.1162/rest.90.3.414; Goodman-Bacon (2021), Journal of
    Econometrics 225(2), 254-277, on units that begin in different years.
    """
    require_level(level)
    names = label_list("two_way_effects", "regressors", regressors)
    design = _design("two_way_effects", panel, outcome, names, unit, year)
    model = PanelOLS(design.frame[outcome], design.frame[names], entity_effects=True, time_effects=True)
    # Effects of units lie within clusters: counting them would inflate the standard errors of short panels.
    fit = model.fit(
        cov_type="clustered", cluster_entity=True, group_debias=True, auto_df=False, count_effects=False
    )
    df = design.units - 1
    reach = t.isf((1 - level) / 2, df) * fit.std_errors
    slopes = pd.DataFrame(
        {
            "slope": fit.params,
            "se": fit.std_errors,
            "low": fit.params - reach,
            "high": fit.params + reach,
            "p": 2 * t.sf(np.abs(fit.params / fit.std_errors), df),
        }
    )
    years = design.frame.index.get_level_values(year).nunique()
    return TwoWayEffects(slopes, len(design.frame), design.units, years, design.left_out)


def wild_cluster_test(
    panel: pd.DataFrame,
    outcome: str,
    regressor: str,
    controls: Collection[str] = (),
    *,
    unit: str,
    year: str = "year",
    weights: Literal["rademacher", "webb"] = "rademacher",
    level: float = 0.95,
    draws: int = 9999,
    seed: int,
) -> WildClusterTest:
    r"""Test one slope of `two_way_effects` by the wild cluster bootstrap with the hypothesis imposed.

    Under the hypothesis :math:`\beta = \beta_0` the regression is fitted without the regressor to
    :math:`y - \beta_0 x`. In each draw, the residuals of every unit are multiplied by a random weight
    :math:`w_g` of mean nought and variance one, the slope is estimated again, and its t ratio, with standard
    errors clustered by unit, is set beside that of the data:

    .. math:: p(\beta_0) = \frac{1 + \#\{ |t^*_r| \ge |t| \}}{R + 1} .

    If there are no more than `draws` assignments of weights to units, all are gone through instead, the data
    among them, and p is their share. The interval reaches, on either side of the slope, to where
    :math:`p(\beta_0)` falls to 1 - level.

    Where x is a programme in a few units, this test hardly ever rejects, whatever the effect: what counts is
    the number of units in which x changes in its own way (MacKinnon and Webb). Use `did_placebo_test` there.

    Parameters
    ----------
    panel : DataFrame
        As in `two_way_effects`.
    outcome, regressor, unit, year : str
        Its columns.
    controls : collection of str
        Further regressors.
    weights : {"rademacher", "webb"}
        -1 and 1, or six points. With G units Rademacher's give only :math:`2^{G-1}` different :math:`|t|`, so
        for fewer than a dozen units use Webb's.
    level : float
        Confidence level of the interval, between 0 and 1.
    draws : int
        How many draws, at least 99.
    seed : int
        Where the draws begin.

    Returns
    -------
    WildClusterTest
        The slope, its p value and its interval.

    Raises
    ------
    CourseError
        As `two_way_effects`, and if the weights have another name, or `draws` or `seed` is no such number.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics, DOI 10.1162/rest.90.3.414; Webb
    (2023), Canadian Journal of Economics 56(3), 839-858; MacKinnon and Webb (2017), Journal of Applied
    Econometrics 32(2), 233-254.
    """
    where = "wild_cluster_test"
    require_level(level)
    if weights not in POINTS:
        raise CourseError(f"{where} was given weights {weights!r}: give one of {', '.join(POINTS)}")
    require_whole(where, fewest=99, draws=draws)
    require_whole(where, fewest=0, seed=seed)
    names = [regressor, *label_list(where, "controls", controls)]
    design = _design(where, panel, outcome, names, unit, year)
    assigned = _assignments(POINTS[weights], design.units, draws, seed)
    slope, se, p = _p_values(design, assigned)
    return WildClusterTest(
        slope=slope,
        p=p(0.0),
        low=_end(p, slope, -se, 1 - level),
        high=_end(p, slope, se, 1 - level),
        assignments=len(assigned),
        units=design.units,
    )


def _design(
    where: str, panel: pd.DataFrame, outcome: str, regressors: Sequence[str], unit: str, year: str
) -> _Design:
    names = [outcome, *regressors]
    if not regressors or len(set(names)) < len(names):
        raise CourseError(
            f"{where} was given the columns {names}: give an outcome and other regressors, once"
        )
    table = long_panel(where, panel, names, unit, year)
    frame = _informative(table.dropna())
    codes, units = pd.factorize(frame.index.get_level_values(0))
    years = pd.get_dummies(frame.index.get_level_values(1))
    if len(units) < 3 or years.shape[1] < 2:
        raise CourseError(
            f"{where}: {len(units)} units and {years.shape[1]} years remain, without gaps and lone rows: "
            "at least three units and two years are needed"
        )
    effects = orth(np.column_stack([np.eye(len(units))[codes], years.to_numpy(dtype=float)]))
    y, *x = (_without(effects, frame[name].to_numpy()) for name in names)
    for name, within in zip(names, (y, *x), strict=True):
        if np.linalg.norm(within) <= 1e-8 * np.linalg.norm(frame[name]):
            raise CourseError(f"{where}: {name!r} does not vary beyond the effects of units and years")
    scaled = np.column_stack([within / np.linalg.norm(within) for within in x])
    if np.linalg.matrix_rank(scaled, tol=1e-8) < len(x):
        raise CourseError(f"{where}: one of {list(regressors)} follows from the others: leave it out")
    inverse = np.linalg.pinv(scaled)
    influence = inverse * (y - scaled @ (inverse @ y))
    errors = np.linalg.norm(influence @ np.eye(len(units))[codes], axis=1)
    if (errors <= 1e-9 * np.linalg.norm(inverse, axis=1) * np.linalg.norm(y)).any():
        raise CourseError(f"{where}: the outcome is fitted without error: there is nothing to infer from")
    left_out = tuple(table.index.unique(level=0).difference(units))
    return _Design(frame, y, np.column_stack(x), effects, codes, left_out)


def _informative(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop rows that are alone in their unit or year, whose effect takes them up, until none is left."""
    sizes = [frame.groupby(level=level)[frame.columns[0]].transform("size") for level in (0, 1)]
    kept = frame[(sizes[0] > 1) & (sizes[1] > 1)]
    return kept if len(kept) == len(frame) else _informative(kept)


def _without(basis: Floats, column: Floats) -> Floats:
    """Give what least squares on orthonormal columns leaves of a column."""
    return np.asarray(column - basis @ (basis.T @ column))


def _assignments(points: Floats, units: int, draws: int, seed: int) -> Floats:
    """Give weights for units, shape (assignments, units), the first row all 1: the data as they are."""
    if len(points) ** units <= draws:
        return np.array(list(product(points, repeat=units)))
    drawn = np.random.default_rng(seed).choice(points, (draws, units))
    return np.vstack([np.ones(units), drawn])


def _p_values(design: _Design, assigned: Floats) -> tuple[float, float, Callable[[float], float]]:
    """Give the first slope, its clustered standard error, and the p value of any hypothesis on it.

    All that a draw needs of the data are sums over each unit. With residuals u of the restricted fit, Q an
    orthonormal basis of all regressors and x the one tested, without the others, a draw's residuals are
    (I - QQ') (w u), so that the score of unit h is sum_g w_g A_hg with
    A_hg = [g = h] x_h'u_h - (x_h'Q_h) (Q_g'u_g), and A is linear in the hypothesis, as u is.
    """
    others = orth(design.x[:, 1:]) if design.x.shape[1] > 1 else design.x[:, 1:]
    x, y = _without(others, design.x[:, 0]), _without(others, design.y)
    basis = np.column_stack([design.effects, others, x / np.linalg.norm(x)])
    member = np.eye(design.units)[:, design.codes]
    size = float(x @ x)
    slope = float(x @ y) / size
    touched = member @ (x[:, None] * basis)

    def scores(u: Floats) -> Floats:
        a = np.diag(member @ (x * u)) - touched @ (member @ (u[:, None] * basis)).T
        return np.asarray(assigned @ a.T)

    y_scores, x_scores = scores(y), scores(x)
    y_sums, x_sums = assigned @ (member @ (x * y)), assigned @ (member @ (x * x))
    se = float(np.linalg.norm(y_scores[0] - slope * x_scores[0])) / size

    def p(null: float) -> float:
        spread = np.linalg.norm(y_scores - null * x_scores, axis=1)
        sums = np.abs(y_sums - null * x_sums)
        # A draw that is fitted exactly stands out farther than anything.
        exact = spread <= 1e-12 * spread.max()
        ratios = np.divide(sums, spread, where=~exact, out=np.full(len(sums), np.inf))
        # The data themselves, and their mirror image, must not be lost to rounding.
        return float((ratios >= ratios[0] * (1 - 1e-9)).mean())

    return slope, se, p


def _end(p: Callable[[float], float], slope: float, step: float, alpha: float) -> float:
    """Find where, going from the slope in steps of one sign, p first falls to alpha."""

    def above(distance: float) -> float:
        # A p value equal to alpha rejects.
        return p(slope + distance * step) - alpha - 1e-12

    reach = 1.0
    while above(reach) > 0:
        if reach > FAR:
            return float(np.copysign(np.inf, step))
        reach *= 2
    return slope + step * bisect(above, reach / 2 if reach > 1 else 0.0, reach, xtol=1e-7)
