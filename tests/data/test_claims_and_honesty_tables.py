"""Trust in institutions, honesty, the Legatum claims and the bribery question are as published."""

from __future__ import annotations

import pytest

from klasteryste import load
from klasteryste.data import describe


# Typed from the compilers' files.
@pytest.mark.parametrize(
    ("country", "round_", "item", "mean"),
    [
        ("LT", 7, "parliament", 3.282),
        ("LT", 7, "people", 4.873),
        ("NO", 7, "legal_system", 7.135),
        ("EE", 7, "police", 6.115),
        ("LT", 11, "politicians", 3.492),
        ("LT", 11, "fairness", 5.473),
        ("NO", 11, "parties", 5.471),
    ],
)
def test_institutional_trust_is_the_compilers(country: str, round_: int, item: str, mean: float):
    trust = load("institutional_trust").set_index(["country", "round", "item"])["mean"]
    assert trust[country, round_, item] == mean


def test_the_rounds_have_their_own_countries_items_years_and_weights():
    rounds = dict(list(load("institutional_trust").groupby("round")))
    seven, eleven = rounds[7], rounds[11]
    assert (len(seven), len(eleven)) == (21 * 6, 24 * 3)
    assert (set(seven["year"]), set(eleven["year"])) == ({2014}, {2023})
    assert (set(seven["weighting"]), set(eleven["weighting"])) == ({"not stated"}, {"unweighted"})
    assert set(seven["item"]) & set(eleven["item"]) == {"parties", "politicians"}
    assert "EE" in set(seven["country"]) and "EE" not in set(eleven["country"])
    assert "LV" not in {*seven["country"], *eleven["country"]}
    assert not {"BG", "CY", "IS", "IT", "RU", "SK", "UA"} & set(seven["country"])


def test_no_trust_in_happiness():
    assert set(load("institutional_trust")["item"]) == {
        *("people", "fairness", "legal_system", "parliament", "parties", "police", "politicians"),
    }


def test_the_wallets_are_those_of_the_paper():
    wallets = load("civic_honesty")
    assert wallets["n_wallets"].sum() == 17_303
    assert wallets["country"].nunique() == 40
    assert {"NO", "SE", "DK", "PL"} <= set(wallets["country"])
    assert not {"LT", "LV", "EE"} & set(wallets["country"])
    # Reported on average: 40 % without money, 51 % with some, 72 % with much.
    counts = wallets.groupby("condition")[["n_reported", "n_wallets"]].sum()
    shares = (counts["n_reported"] / counts["n_wallets"]).round(2)
    assert shares[["No Money", "Money", "Big Money"]].tolist() == [0.40, 0.51, 0.72]


def test_more_money_was_reported_more_often_in_all_but_two_countries():
    wallets = load("civic_honesty").groupby(["condition", "country"])[["n_reported", "n_wallets"]].sum()
    shares = wallets["n_reported"] / wallets["n_wallets"]
    rises = shares["Money"] > shares["No Money"]
    assert list(rises[~rises].index) == ["MX", "PE"]
    assert wallets.loc["Big Money"].index.tolist() == ["GB", "PL", "US"]


def test_civic_honesty_has_counts_and_no_trials():
    wallets = load("civic_honesty").set_index(["country", "institution", "condition"])
    assert wallets.loc[("NO", "Public", "No Money")].tolist() == [31, 24]
    assert wallets.loc[("PL", "Post", "No Key")].tolist() == [24, 6]
    assert wallets.loc["NO", "n_wallets"].sum() == 300
    assert wallets["n_wallets"].min() == 4


def test_expected_honesty_is_the_compilers():
    score = load("expected_honesty").set_index("country")["score"]
    assert len(score) == 142
    assert score[["LT", "LV", "EE", "NO"]].tolist() == [0.1231, 0.2462, 0.2837, 0.5176]
    assert (score.idxmax(), score.max()) == ("NO", 0.5176)


def test_a_score_is_a_number_of_halves_over_the_people_asked():
    # As many people as make both of the file's variables come out even: 1,007 in Lithuania, and so on.
    score = load("expected_honesty").set_index("country")["score"]
    assert score[["LT", "AF", "LV"]].tolist() == [
        round(halves / (2 * people), 4) for halves, people in [(248, 1007), (247, 1118), (487, 989)]
    ]
    limitations = " ".join(describe("expected_honesty").limitations)
    assert "not a share of people" in limitations
    assert f"for all {len(score)} countries it is a whole number of halves" in limitations


def test_the_legatum_claims_are_those_that_were_made():
    claims = load("legatum_claims").set_index(["claimant", "scope", "country"]).sort_index()
    news = claims.loc[("news text", "overall")]
    assert set(news["year"]) == {2016}
    assert news["rank"].to_dict() == {"LT": 42, "LV": 37, "EE": 26, "NO": 2}
    assert news["edition"].isna().all() and news["score"].isna().all()

    pillar = claims.loc[("Legatum Institute", "social capital")]
    assert set(pillar["edition"]) == {2019}
    assert pillar.loc["LT", "year"].tolist() == list(range(2009, 2020))
    assert pillar.loc["LT", "rank"].tolist() == [161, 164, 164, 158, 158, 159, 159, 149, 154, 102, 141]
    scored = pillar.dropna(subset="score").set_index("year", append=True)[["rank", "score"]]
    assert {place: tuple(row) for place, row in scored.iterrows()} == {
        **{("NO", 2016): (1, 78.8), ("EE", 2016): (46, 55.5), ("LV", 2016): (94, 48.2)},
        **{("LT", 2016): (149, 41.0), ("NO", 2019): (1, 77.5), ("EE", 2019): (38, 56.5)},
        **{("LV", 2019): (130, 45.1), ("LT", 2019): (141, 42.6)},
    }
    assert len(claims) == 4 + 17


def test_the_legatum_claims_are_not_open():
    assert [licence.name for licence in describe("legatum_claims").licences] == ["other-closed"]


def test_wvs_bribery_is_the_survey():
    wvs = load("wvs_bribery")
    assert len(wvs) == wvs["uid"].nunique() == 348_532
    assert wvs["country"].nunique() == 97 and wvs["country"].isna().sum() == 2_396
    lithuania = wvs[wvs["country"] == "Lithuania"]
    assert (len(lithuania), set(lithuania["s020"]), set(lithuania["s002"])) == (1009, {1997}, {3})
    assert lithuania["f117"].mean() == pytest.approx(1.947368, abs=1e-6)
    assert (wvs["f117"].dropna() == 1).mean() == pytest.approx(0.74, abs=0.005)
    assert wvs.memory_usage(deep=True).sum() < 50e6
