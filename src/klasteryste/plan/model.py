"""The cluster plan: its sections and fields.

What is asked for here is what a plan needs to be read at all. Whether it holds is for the rules to say, and
what they ask for may be left out here: a plan in the making can be checked at any time.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StrictBool,
    StrictInt,
    StrictStr,
)

from klasteryste.evidence import Evidence
from klasteryste.evidence.record import Cell, Cells, Range
from klasteryste.language import current_language

Number = StrictInt | Annotated[FiniteFloat, Field(strict=True)]
Id = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Code = Annotated[StrictStr, Field(min_length=1, max_length=40)]
Prose = Annotated[StrictStr, Field(min_length=1, max_length=5000, pattern=r"\S")]
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000_000)]
Share = Annotated[Number, Field(ge=0, le=1)]
Degree = Annotated[StrictInt, Field(ge=1, le=5)]


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"(19|20)\d\d-\d\d-\d\d", value):
        raise ValueError("give a day from 1900 to 2099 such as 2026-09-30")
    return value


Day = Annotated[date, BeforeValidator(_day)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(_Section):
    """Prose in both languages."""

    lt: Prose = Field(description="In Lithuanian.")
    en: Prose = Field(description="In English.")

    def __str__(self) -> str:
        return str(getattr(self, current_language()))


class Cited(_Section):
    """A number with the evidence from which it is computed again."""

    name: Text = Field(description="What the number is, in words.")
    value: Number = Field(description="The number, in the unit of its evidence: a share as 0.326.")
    low: Number | None = Field(None, description="The lower end of its 95 % confidence interval.")
    high: Number | None = Field(None, description="The upper end.")
    n_effective: Number | None = Field(None, description="Its effective sample size, if it is of a sample.")
    evidence: Evidence = Field(description="From which table, which rows and by which statistic it comes.")
    comparable: StrictBool = Field(False, description="Whether it may be compared with other years.")
    about: Code | None = Field(
        None, description="The code of the place it is to speak for: the plan's, if not said."
    )
    population: Code | None = Field(None, description="Whom it is to speak for, such as adults or residents.")
    proxy: Text | None = Field(
        None, description="Why it stands in, if its evidence is about another place or other people."
    )


class PlaceName(_Section):
    """The municipality the plan is for."""

    code: Code = Field(description="Its code in the tables cited, such as 82 for Utena district.")
    name: Text = Field(description="Its name.")
    neighbours: tuple[Code, ...] = Field((), description="Codes of the municipalities it borders.")
    fictional: StrictBool = Field(False, description="Whether it is made up, for an example.")


class Period(_Section):
    """The first and the last day of the plan."""

    start: Day = Field(description="The first day, such as 2027-01-01.")
    end: Day = Field(description="The last day.")


class Meta(_Section):
    """What the plan is, for whom and for when."""

    title: Text = Field(description="The plan's title.")
    place: PlaceName = Field(description="The municipality the plan is for.")
    date: Day = Field(description="The day the plan was written: ages of evidence are counted from it.")
    period: Period = Field(description="From when to when the plan runs.")


class Problem(_Section):
    """What is wrong, and the numbers that show it."""

    statement: Text = Field(description="The problem, in a few sentences.")
    baseline: tuple[Cited, ...] = Field(min_length=1, description="The numbers that show it.")


class TargetGroup(_Section):
    """Whom the plan is for."""

    name: Text = Field(description="The group, in words.")
    size: Cited = Field(description="How many they are.")


Sector = Literal["public", "school", "knowledge", "civic", "business"]


class Partner(_Section):
    """An organisation of the cluster."""

    id: Id = Field(description="A short name for use within the plan.")
    name: Text = Field(description="The organisation's name; never a person's.")
    sector: Sector = Field(description="Its sector.")
    role: Text = Field(description="What it does in the cluster.")
    commits: Text = Field(description="What it commits: money, time, rooms, data.")
    status: Literal["proposed", "agreed"] = Field("agreed", description="Whether it has agreed.")


class Tie(_Section):
    """Two partners that work together."""

    from_: Id = Field(alias="from", description="The partner who reports the tie.")
    to: Id = Field(description="The other partner.")
    type: Literal["information", "joint_work", "resources", "agreement"] = Field(
        description="What is shared."
    )
    strength: Annotated[Number, Field(ge=0, le=4)] | None = Field(
        None, description="From the partner survey: mean of trust and value, 1 to 4."
    )
    confirmed: StrictBool = Field(False, description="Whether both partners report it.")


class TieSurvey(_Section):
    """The survey of partners that the ties come from."""

    date: Day = Field(description="The last day of the survey.")
    asked: Count = Field(description="How many partners were asked.")
    answered: Count = Field(description="How many answered.")
    response_share: Share | None = Field(None, description="Answered of asked.")
    confirmed_share: Share | None = Field(None, description="Share of ties that both partners report.")


class Governance(_Section):
    """How the cluster is led; the modes are those of Provan and Kenis (2008)."""

    mode: Literal["shared", "lead", "administrative"] = Field(
        description="Shared among partners, by a lead organisation, or by an organisation set up for it."
    )
    lead: Id | None = Field(None, description="The partner that leads, unless it is shared.")
    consensus: Literal["low", "moderate", "high"] = Field(description="How far partners agree on goals.")
    competence_need: Literal["low", "moderate", "high"] = Field(
        "moderate", description="How far the tasks ask for skills of working as a network."
    )
    rationale: Text = Field(description="Why this mode.")


class Node(_Section):
    """A box of the logic model."""

    id: Id = Field(description="A short name for use within the plan.")
    kind: Literal["input", "activity", "output", "outcome", "impact"] = Field(
        description="Its place in the chain."
    )
    label: Text = Field(description="What stands in the box.")


class Link(_Section):
    """An arrow of the logic model."""

    from_: Id = Field(alias="from", description="The box it leaves.")
    to: Id = Field(description="The box it reaches.")
    evidence: Cited | None = Field(None, description="A number that backs the arrow.")
    assumption: Text | None = Field(None, description="What is assumed, where no evidence is at hand.")


class Logic(_Section):
    """The logic model: from what is put in to what changes."""

    nodes: tuple[Node, ...] = Field(min_length=1, description="The boxes.")
    links: tuple[Link, ...] = Field((), description="The arrows.")


class Target(_Section):
    """A value to be reached."""

    value: Number = Field(description="The value, in the baseline's unit.")
    unit: Code = Field(description="The unit, the same as the baseline's.")
    date: Day = Field(description="By which day.")


class History(_Section):
    """The series in which the target is compared with what places have done before."""

    dataset: Code = Field(description="The table.")
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="Its SHA-256.")
    filters: dict[str, Cell | Cells | Range] = Field({}, description="Which rows, as in evidence.")
    column: Code = Field(description="The values.")
    per: Code | None = Field(None, description="The column below the line, if the values are ratios.")


class Indicator(_Section):
    """A number by which the plan will be judged."""

    id: Id = Field(description="A short name for use within the plan.")
    node: Id = Field(description="The box of the logic model it measures.")
    name: Text = Field(description="The indicator, in words.")
    level: Literal["output", "outcome", "impact"] = Field(description="What it measures.")
    measure: Literal["count", "satisfaction", "behaviour", "state"] = Field(
        description="A count of what was done, satisfaction, what people do, or how things are."
    )
    polarity: Literal["higher", "lower"] = Field(description="Which way is better.")
    baseline: Cited = Field(description="Where it stands now.")
    target: Target = Field(description="What is to be reached, and by when.")
    history: History | None = Field(
        None, description="The series to compare the target with, if not that of the baseline."
    )
    source: Text | None = Field(None, description="Where its values will come from.")
    frequency: Literal["monthly", "quarterly", "yearly", "two_yearly", "once"] | None = Field(
        None, description="How often it is measured."
    )
    owner: Id | None = Field(None, description="The partner who answers for it.")


class Balance(_Section):
    """How far the place and its peers differ in a variable."""

    variable: Code = Field(description="A column of the table.")
    smd: Number = Field(description="The standardised mean difference.")


class Peers(_Section):
    """The places that the plan's is compared with, and how they were found."""

    dataset: Code = Field(description="The table of places.")
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="Its SHA-256.")
    filters: dict[str, Cell | Cells | Range] = Field({}, description="Which rows, one for each place.")
    variables: tuple[Code, ...] = Field(
        min_length=1, description="The columns in which peers are to be alike."
    )
    distance: Literal["standardised", "gower"] = Field(
        "standardised", description="How likeness is measured."
    )
    units: tuple[Code, ...] = Field(min_length=1, description="The peers' codes, the nearest first.")
    balance: tuple[Balance, ...] = Field((), description="How far the place and its peers differ.")


class BudgetLine(_Section):
    """What an activity costs."""

    id: Id = Field(description="A short name for use within the plan.")
    activity: Id = Field(description="The activity of the logic model that it pays for.")
    label: Text = Field(description="What is paid for.")
    amount: Annotated[Number, Field(ge=0)] = Field(description="In the budget's currency.")
    evaluation: StrictBool = Field(False, description="Whether it pays for evaluation.")


class BudgetSource(_Section):
    """Where money comes from."""

    label: Text = Field(description="The source.")
    amount: Annotated[Number, Field(ge=0)] = Field(description="In the budget's currency.")
    secured: StrictBool = Field(description="Whether it is promised in writing.")


class Budget(_Section):
    """What the plan costs and who pays."""

    currency: Literal["EUR"] = Field("EUR", description="The currency.")
    total: Annotated[Number, Field(ge=0)] = Field(description="The whole.")
    lines: tuple[BudgetLine, ...] = Field(min_length=1, description="What it is spent on.")
    sources: tuple[BudgetSource, ...] = Field(min_length=1, description="Where it comes from.")


class Risk(_Section):
    """What could go wrong."""

    id: Id = Field(description="A short name for use within the plan.")
    class_: Literal["broker_loss", "data_protection", "funding", "political_change", "other"] = Field(
        alias="class", description="What kind of risk."
    )
    label: Text = Field(description="The risk, in words.")
    probability: Degree = Field(description="1 (rare) to 5 (nearly sure).")
    impact: Degree = Field(description="1 (small) to 5 (the plan fails).")
    score: StrictInt = Field(description="Probability times impact.")
    partner: Id | None = Field(None, description="The partner whose loss it is, for broker_loss.")
    owner: Id | None = Field(None, description="The partner who watches it.")
    mitigation: Text | None = Field(None, description="What is done about it.")


class PlannedSurvey(_Section):
    """A survey by which an indicator will be measured, before and after."""

    indicator: Id = Field(description="The indicator.")
    n: Annotated[StrictInt, Field(ge=2)] = Field(description="How many will answer, each time.")
    deff: Annotated[Number, Field(ge=1)] = Field(1, description="The design effect to expect.")
    sd: Annotated[Number, Field(gt=0)] | None = Field(
        None, description="The standard deviation of answers, unless the indicator is a share."
    )
    mde: Annotated[Number, Field(gt=0)] = Field(description="The smallest change it can show.")


class Evaluation(_Section):
    """How it will be found out whether the plan worked."""

    estimand: Text | None = Field(None, description="Which difference is to be estimated, for whom and when.")
    design: Literal["before_after", "difference_in_differences", "synthetic_control", "matched"] = Field(
        description="The design."
    )
    indicator: Id = Field(description="The outcome that decides.")
    treated: tuple[Code, ...] = Field((), description="Codes of other places where the plan works too.")
    comparison: tuple[Code, ...] = Field((), description="Codes of the places it is compared with.")
    pre_periods: tuple[Annotated[StrictInt, Field(ge=1900, le=2099)], ...] = Field(
        (), description="The years before the start that are looked at."
    )
    surveys: tuple[PlannedSurvey, ...] = Field((), description="The surveys that are planned.")
    registered: Day | None = Field(None, description="The day the design was published.")


class Ethics(_Section):
    """How people's data are protected."""

    statement: Text = Field(description="Which data are gathered, and how people are told.")
    personal_data: StrictBool = Field(description="Whether personal data are processed at all.")
    legal_basis: (
        Literal[
            "consent",
            "contract",
            "legal_obligation",
            "vital_interests",
            "public_task",
            "legitimate_interests",
        ]
        | None
    ) = Field(None, description="The basis in Article 6 of Regulation (EU) 2016/679.")
    retention: Day | None = Field(None, description="The day on which personal data will be erased.")


class _Claim(_Section):
    id: Id = Field(description="A short name for use within the plan.")
    text: Text = Field(description="The claim, as it stands in the plan.")
    basis: Literal["descriptive", "correlational", "causal", "normative"] = Field(
        description="What kind of evidence stands behind it."
    )


class ValueClaim(_Claim):
    """A claim about numbers."""

    kind: Literal["value"]
    numbers: tuple[Cited, ...] = Field(min_length=1, description="The numbers it states.")


class ChangeClaim(_Claim):
    """A claim that something has changed."""

    kind: Literal["change"]
    before: Cited = Field(description="The earlier number.")
    after: Cited = Field(description="The later number.")


class AheadClaim(_Claim):
    """A claim that one place is ahead of another."""

    kind: Literal["ahead"]
    polarity: Literal["higher", "lower"] = Field(description="Which way is better.")
    subject: Cited = Field(description="The number of the place said to be ahead.")
    other: Cited = Field(description="The number of the other place.")


class RankClaim(_Claim):
    """A claim about a place in a ranking: an interval of places, since no rank is sharper."""

    kind: Literal["rank"]
    dataset: Code = Field(description="The table.")
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] = Field(description="Its SHA-256.")
    filters: dict[str, Cell | Cells | Range] = Field({}, description="Which rows, one for each place.")
    column: Code = Field(description="The estimates.")
    se: Code = Field(description="The column of their standard errors.")
    polarity: Literal["higher", "lower"] = Field(description="Which way is better.")
    unit: Code = Field(description="The code of the place that is ranked.")
    best: Annotated[StrictInt, Field(ge=1)] = Field(description="The best place it may have.")
    worst: Annotated[StrictInt, Field(ge=1)] = Field(description="The worst.")


class NetworkClaim(_Claim):
    """A claim about the shape of the partners' network, against a null model."""

    kind: Literal["network"]
    property: Literal["bridging", "central", "cohesive"] = Field(description="What is claimed.")
    partner: Id | None = Field(None, description="The partner said to be central.")
    p: Share | None = Field(None, description="The p value against the null model.")


class Statement(_Claim):
    """A claim without numbers, such as what ought to be."""

    kind: Literal["statement"]


Claim = Annotated[
    ValueClaim | ChangeClaim | AheadClaim | RankClaim | NetworkClaim | Statement, Field(discriminator="kind")
]


class Plan(_Section):
    """A cluster plan."""

    meta: Meta
    problem: Problem
    target_group: TargetGroup
    partners: tuple[Partner, ...] = Field(min_length=1, description="The organisations of the cluster.")
    ties: tuple[Tie, ...] = Field((), description="Who works with whom.")
    tie_survey: TieSurvey | None = Field(None, description="The survey of partners that the ties come from.")
    governance: Governance
    logic: Logic
    indicators: tuple[Indicator, ...] = Field((), description="The numbers by which the plan will be judged.")
    peers: Peers | None = Field(None, description="The places that the plan's is compared with.")
    budget: Budget
    risks: tuple[Risk, ...] = Field((), description="What could go wrong.")
    evaluation: Evaluation
    ethics: Ethics
    claims: tuple[Claim, ...] = Field((), description="What the plan says of the place and its network.")
