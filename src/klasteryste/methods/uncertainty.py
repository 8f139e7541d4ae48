"""How far a league table depends on the choices behind the index, and how far on sampling error.

The two are kept apart: sampling error shrinks with more people asked; disagreement over method does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from klasteryste.methods import _scores
from klasteryste.methods._checks import require_level, require_whole
from klasteryste.methods._frames import Floats
from klasteryste.methods.choices import Choices, IndexModel, index_model


@dataclass(frozen=True)
class RankDraws:
    """The places that units take over many draws.

    Attributes
    ----------
    reference : Series of int
        Each unit's place in the reference index.
    ranks : DataFrame of int
        A row a draw, a column a unit.
    """

    reference: pd.Series[int]
    ranks: pd.DataFrame

    @property
    def shifts(self) -> Floats:
        """The mean absolute rank shift from the reference, draw by draw: see `ranks.mean_rank_shift`."""
        return np.asarray(_scores.mean_shift(self.ranks.to_numpy(), self.reference.to_numpy()))

    def shares(self) -> pd.DataFrame:
        """Give the share of draws in which a unit (row) took a place (column, 1 to n)."""
        places = np.arange(1, len(self.reference) + 1)
        ranks = self.ranks.to_numpy()
        return pd.DataFrame({place: (ranks == place).mean(axis=0) for place in places}, self.reference.index)

    def summary(self, level: float = 0.95) -> pd.DataFrame:
        """Give each unit's reference place, median place, and the range that holds `level` of the draws.

        The range describes the draws. It is no confidence interval for the true place: among units that are
        nearly tied it is too narrow. For that see `joint_rank_intervals` and `pairwise_rank_intervals`.
        """
        require_level(level)
        tail = (1 - level) / 2
        low, median, high = np.quantile(
            self.ranks.to_numpy(), [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf"
        )
        columns = {"reference": self.reference, "median": median, "low": low, "high": high}
        return pd.DataFrame(columns, self.reference.index).astype(int)


@dataclass(frozen=True)
class RankUncertainty:
    """Places under sampling error alone, under choices of method alone, and under both."""

    sampling: RankDraws
    method: RankDraws
    both: RankDraws


def rank_uncertainty(
    table: pd.DataFrame,
    ses: pd.DataFrame | None = None,
    choices: Choices | None = None,
    *,
    draws: int = 10_000,
    imputations: int = 10,
    seed: int,
) -> RankUncertainty:
    """Build the index thousands of times, and see which places stay.

    Each draw takes one of the declared choices at every step, all being equally likely: it fills the gaps,
    adds normal noise of the given standard error to every value that was there, normalises, weighs,
    aggregates and ranks. Errors of different cells are taken as independent. A filled cell moves with the
    imputation drawn, not with the noise.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, more being better (`orient` it first); NaN where a value is missing.
    ses : DataFrame of float, optional
        Standard errors, with the same rows and columns; nought where a value is known exactly, NaN where the
        value is missing. Without them there is no sampling error.
    choices : Choices, optional
        The declared choices; those of `Choices()` if not given.
    draws, imputations : int
        How many indices, and how many filled tables there are to take from for the imputation "draws".
    seed : int
        Same seed, same answer.

    Returns
    -------
    RankUncertainty
        ``sampling`` keeps every choice at the reference ("draws" being the mean of the filled tables),
        ``method`` has no noise, ``both`` has both.

    Raises
    ------
    CourseError
        If a name comes twice, there are fewer than two units, a value is infinite or of extreme size, an
        indicator is the same for every unit, a gap cannot be filled, a standard error is negative or missing,
        given weights or goalposts do not fit (as goalposts that were not turned with the table), `draws` or
        `imputations` is no whole number from 1, a score under the geometric mean or AMPI is not above nought
        (as a value far beyond its goalposts), or in some draw no principal component is the first.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2005.00350.x; OECD and JRC (2008), DOI 10.1787/9789264043466-en.
    """
    require_whole("rank_uncertainty", fewest=1, draws=draws)
    rng = np.random.default_rng(seed)
    model = index_model("rank_uncertainty", table, ses, choices or Choices(), imputations, rng)
    reference = model.reference()
    noiseless = np.zeros_like(model.ses)
    places = pd.Series(reference.reference_places(), table.index)

    def simulate(model: IndexModel, spread: Floats) -> RankDraws:
        found = [
            model.places(rng.random((size, 4)), spread * rng.standard_normal((size, *spread.shape)))
            for size in np.diff([*range(0, draws, model.block), draws])
        ]
        return RankDraws(places, pd.DataFrame(np.concatenate(found), columns=table.index))

    return RankUncertainty(
        simulate(reference, model.ses), simulate(model, noiseless), simulate(model, model.ses)
    )
