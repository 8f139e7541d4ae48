"""Which inputs move a result most: shares of its variance, for choices behind an index and in general."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from klasteryste.errors import CourseError
from klasteryste.methods import _scores
from klasteryste.methods._checks import number_column, require_level, require_whole
from klasteryste.methods._frames import Floats, require_unique
from klasteryste.methods.choices import Choices, index_model


def choice_sensitivity(
    table: pd.DataFrame,
    ses: pd.DataFrame | None = None,
    choices: Choices | None = None,
    *,
    base: int = 1024,
    imputations: int = 10,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    """Say which choice moves units most: Sobol indices of the mean absolute rank shift.

    Parameters
    ----------
    table, ses, choices, imputations, seed
        As in `rank_uncertainty`. The standard errors make a factor of their own, ``sampling``, which takes
        one of `base` tables of noise.
    base, level
        As in `sobol_indices`.

    Returns
    -------
    DataFrame
        As `sobol_indices`, a row for each of ``imputation``, ``normalisation``, ``weights``, ``aggregation``
        and ``sampling`` that varies.

    Raises
    ------
    CourseError
        As `rank_uncertainty` and `sobol_indices`, and if nothing varies.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2005.00350.x.
    """
    rng = np.random.default_rng(seed)
    model = index_model("choice_sensitivity", table, ses, choices or Choices(), imputations, rng)
    varying = model.varying()
    if not varying.any():
        raise CourseError(
            "choice_sensitivity: nothing varies: declare more than one option, or standard errors"
        )
    _require_base("choice_sensitivity", base)
    noise = model.ses * rng.standard_normal((base, *model.ses.shape))
    reference = model.reference().reference_places()

    def shift(u: Floats) -> Floats:
        steps = np.full((len(u), 5), 0.5)
        steps[:, varying] = u
        which = (steps[:, 4] * base).astype(int)
        found = [
            model.places(steps[block, :4], noise[which[block]])
            for block in np.split(np.arange(len(u)), range(model.block, len(u), model.block))
        ]
        return _scores.mean_shift(np.concatenate(found), reference)

    names = np.array(["imputation", "normalisation", "weights", "aggregation", "sampling"])
    return sobol_indices(shift, list(names[varying]), base=base, level=level, seed=seed)


def sobol_indices(
    function: Callable[[Floats], Floats],
    names: list[str],
    *,
    base: int = 1024,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    r"""Share the variance of a function out among its inputs.

    With inputs independent and uniform from 0 to 1,

    .. math:: S_i = \frac{V[E(Y \mid x_i)]}{V(Y)}, \qquad S_{Ti} = 1 - \frac{V[E(Y \mid x_{-i})]}{V(Y)}.

    The first-order :math:`S_i` is what would be gone if :math:`x_i` were settled; the total :math:`S_{Ti}`
    what would stay if all but :math:`x_i` were settled, interactions included. An input of total nought can
    be left anywhere.

    Parameters
    ----------
    function : Callable
        Takes inputs of shape (N, len(names)), each from 0 to 1; gives N finite numbers.
    names : list of str
        A name for each input, one or more.
    base : int
        A power of two, at least 64. The function is computed ``base * (len(names) + 2)`` times.
    level : float
        Confidence level of the intervals, between 0 and 1.
    seed : int
        Same seed, same answer.

    Returns
    -------
    DataFrame
        A row an input: ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high``.
        Estimates and ends are Monte Carlo, so that they may fall a little below nought or above one;
        intervals are from 100 bootstrap resamples.

    Raises
    ------
    CourseError
        If `base` is no power of two from 64, the level is not between 0 and 1, there is no name or one comes
        twice, or the function is constant, gives something that is no finite number, or not one a row.

    References
    ----------
    Saltelli and others (2010), Computer Physics Communications, DOI 10.1016/j.cpc.2009.09.018. The work is
    done by SALib.
    """
    _require_base("sobol_indices", base)
    require_level(level)
    require_unique("sobol_indices", "input", pd.Index(names))
    if not names:
        raise CourseError("sobol_indices was given no inputs: give a name for each")
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    # SALib takes a seed of nought for none at all.
    drawn, resampled = (int(state) for state in np.random.default_rng(seed).integers(1, 2**31, size=2))
    u = sobol_sample.sample(problem, base, calc_second_order=False, seed=drawn)
    y = number_column("sobol_indices", "outputs", function(u))
    if len(y) != len(u):
        raise CourseError(
            f"sobol_indices: the function gave {len(y)} numbers for {len(u)} rows: give one each"
        )
    if not np.isfinite(y).all() or np.ptp(y) == 0:
        raise CourseError(
            "sobol_indices: the function is constant or not always finite: there is nothing to share"
        )
    found = sobol_analysis.analyze(problem, y, calc_second_order=False, conf_level=level, seed=resampled)
    return pd.DataFrame(
        {
            f"{kind}{end}": found[key] + sign * found[f"{key}_conf"]
            for kind, key in (("first", "S1"), ("total", "ST"))
            for end, sign in (("", 0), ("_low", -1), ("_high", 1))
        },
        index=names,
    )


def _require_base(where: str, base: int) -> None:
    require_whole(where, fewest=64, base=base)
    if base & (base - 1):
        raise CourseError(f"{where} was given a base of {base}: give a power of two, such as 1024")
