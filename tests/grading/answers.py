"""Answers to the m2 assignment that are wrong in a known way, or right in another way, and what they earn."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """An answer to one task.

    Attributes
    ----------
    task : str
        Name of the task's cells without their last word, such as ``"m2-task-1"``.
    name : str
        What the student did.
    code : str
        The answer.
    points : tuple of float
        What it earns in the task's test cells, in their order.
    """

    task: str
    name: str
    code: str
    points: tuple[float, ...]


WRONG = [
    Answer(
        "m2-task-1",
        "variance instead of its root",
        "def standard_error(p, m):\n    return p * (1 - p) / m",
        (0, 0),
    ),
    Answer(
        "m2-task-1",
        "helpers that agree with everything",
        "def close(*values, **options):\n    return True\n\n\nisclose = close\n\n\n"
        "def standard_error(p, m):\n    return 1 / m",
        (0, 0),
    ),
    Answer("m2-task-1", "the tested value typed in", "def standard_error(p, m):\n    return 0.05", (0, 0)),
    Answer(
        "m2-task-1",
        "the tested values typed in",
        "def standard_error(p, m):\n    return {100: 0.05, 2000: 0.01, 500: 0.02}[m]",
        (0, 0),
    ),
    Answer(
        "m2-task-1",
        "the largest possible, whatever the share",
        "def standard_error(p, m):\n    return 0.5 / math.sqrt(m)",
        (0, 0),
    ),
    Answer(
        "m2-task-2",
        "design effect on the standard error",
        "def interval(p, m, d, confidence):\n"
        "    half = stats.norm.ppf((1 + confidence) / 2) * d * math.sqrt(p * (1 - p) / m)\n"
        "    return p - half, p + half",
        (0, 0),
    ),
    Answer(
        "m2-task-2",
        "always 95 per cent",
        "def interval(p, m, d, confidence):\n"
        "    half = 1.96 * math.sqrt(d * p * (1 - p) / m)\n"
        "    return p - half, p + half",
        (2, 0),
    ),
    Answer(
        "m2-task-2",
        "both tails in one",
        "def interval(p, m, d, confidence):\n"
        "    half = stats.norm.ppf(confidence) * math.sqrt(d * p * (1 - p) / m)\n"
        "    return p - half, p + half",
        (0, 0),
    ),
    Answer(
        "m2-task-3",
        "divided by the number of people",
        "def weighted_mean(y, w):\n    return sum(a * b for a, b in zip(y, w)) / len(y)",
        (0, 0),
    ),
    Answer("m2-task-3", "weights not used", "def weighted_mean(y, w):\n    return np.mean(y)", (0, 0)),
    Answer(
        "m2-task-3",
        "weights brought to a mean of one only if they have it",
        "def weighted_mean(y, w):\n"
        "    total = sum(w) if sum(w) < 1e5 else len(w)\n"
        "    return sum(a * b for a, b in zip(y, w)) / total",
        (1, 0),
    ),
    Answer(
        "m2-task-4",
        "upside down",
        "def kish_deff(w):\n    w = np.asarray(w, float)\n"
        "    return w.sum() ** 2 / len(w) / (w**2).sum()\n\n\n"
        "def effective_n(w):\n    return len(w) / kish_deff(w)",
        (0, 0),
    ),
    Answer(
        "m2-task-4",
        "effective people by the root",
        "def kish_deff(w):\n    w = np.asarray(w, float)\n"
        "    return len(w) * (w**2).sum() / w.sum() ** 2\n\n\n"
        "def effective_n(w):\n    return len(w) / kish_deff(w) ** 0.5",
        (1, 0),
    ),
    Answer(
        "m2-task-5",
        "strata ignored",
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    w, y = frame[weight], frame[item]\n"
        "    z = w * (y - (w * y).sum() / w.sum()) / w.sum()\n"
        "    z = z.groupby(frame[psu]).sum()\n"
        "    return math.sqrt(len(z) * z.var())",
        (2, 0),
    ),
    Answer(
        "m2-task-5",
        "clusters ignored",
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    w, y = frame[weight], frame[item]\n"
        "    z = w * (y - (w * y).sum() / w.sum()) / w.sum()\n"
        "    return math.sqrt(sum(len(g) * g.var() for _, g in z.groupby(frame[stratum])))",
        (0, 1),
    ),
    Answer(
        "m2-task-5",
        "the table changed",
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    frame['z'] = frame[weight] * (frame[item] - np.average(frame[item], weights=frame[weight]))\n"
        "    frame['z'] /= frame[weight].sum()\n"
        "    z = frame.groupby([stratum, psu])['z'].sum()\n"
        "    return math.sqrt(sum(len(g) * g.var() for _, g in z.groupby(level=0)))",
        (0, 2),
    ),
    Answer(
        "m2-task-6",
        "people asked instead of answers",
        "def difference(table, first, second, wave, design_effect):\n"
        "    t = table[(table.survey == 'EVS') & (table.wave == wave)].set_index('country')\n"
        "    p, n = t['trust'], t['n']\n"
        "    v = [design_effect * p[c] * (1 - p[c]) / n[c] for c in (first, second)]\n"
        "    half = 1.959964 * math.sqrt(sum(v))\n"
        "    gap = p[first] - p[second]\n"
        "    return gap, gap - half, gap + half",
        (0, 0),
    ),
    Answer(
        "m2-task-6",
        "standard errors added",
        "def difference(table, first, second, wave, design_effect):\n"
        "    t = table[(table.survey == 'EVS') & (table.wave == wave)].set_index('country')\n"
        "    p, n = t['trust'], t['n'] * t['response_share']\n"
        "    v = [design_effect * p[c] * (1 - p[c]) / n[c] for c in (first, second)]\n"
        "    half = 1.959964 * sum(math.sqrt(x) for x in v)\n"
        "    gap = p[first] - p[second]\n"
        "    return gap, gap - half, gap + half",
        (0, 0),
    ),
    Answer(
        "m2-task-6",
        "wave five and design effect typed in",
        "def difference(table, first, second, wave, design_effect):\n"
        "    t = table[(table.survey == 'EVS') & (table.wave == 5)].set_index('country')\n"
        "    p, n = t['trust'], t['n'] * t['response_share']\n"
        "    half = 1.959964 * math.sqrt(sum(1.5 * p[c] * (1 - p[c]) / n[c] for c in (first, second)))\n"
        "    gap = p[first] - p[second]\n"
        "    return gap, gap - half, gap + half",
        (2, 0),
    ),
    Answer(
        "m2-task-6",
        "the survey not chosen",
        "def difference(table, first, second, wave, design_effect):\n"
        "    t = table[table.wave == wave].drop_duplicates('country', keep='last').set_index('country')\n"
        "    p, n = t['trust'], t['n'] * t['response_share']\n"
        "    v = [design_effect * p[c] * (1 - p[c]) / n[c] for c in (first, second)]\n"
        "    half = 1.959964 * math.sqrt(sum(v))\n"
        "    gap = p[first] - p[second]\n"
        "    return gap, gap - half, gap + half",
        (2, 1),
    ),
    Answer("m2-task-7", "Bonferroni", "def holm(ps):\n    return [min(1, len(ps) * p) for p in ps]", (0, 1)),
    Answer(
        "m2-task-7",
        "returned in order of size",
        "def holm(ps):\n"
        "    out, top = [], 0\n"
        "    for i, p in enumerate(sorted(ps)):\n"
        "        top = max(top, min(1, (len(ps) - i) * p))\n"
        "        out.append(top)\n"
        "    return out",
        (0, 1),
    ),
    Answer(
        "m2-task-7",
        "no memory of the one before",
        "def holm(ps):\n"
        "    rank = {p: i for i, p in enumerate(sorted(ps))}\n"
        "    return [min(1, (len(ps) - rank[p]) * p) for p in ps]",
        (2, 1),
    ),
    Answer("m2-task-8", "the obvious one only", 'honest = "A"', (1,)),
    Answer("m2-task-8", "everything", 'honest = "ABCDEF"', (0,)),
    Answer("m2-task-8", "no difference means equality", 'honest = "ACDE"', (2,)),
    Answer("m2-task-8", "nothing", 'honest = ""', (0,)),
]

RIGHT = [
    Answer(
        "m2-task-1",
        "with numpy",
        "def standard_error(p, m):\n    return np.sqrt(np.float64(p) * (1 - p) / m)",
        (1, 1),
    ),
    Answer(
        "m2-task-2",
        "as a list, by the inverse survival function",
        "def interval(p, m, d, confidence):\n"
        "    se = (d * p * (1 - p) / m) ** 0.5\n"
        "    z = stats.norm.isf((1 - confidence) / 2)\n"
        "    return [p - z * se, p + z * se]",
        (2, 1),
    ),
    Answer(
        "m2-task-3",
        "a loop",
        "def weighted_mean(values, weights):\n"
        "    total = 0\n"
        "    for y, w in zip(values, weights):\n"
        "        total = total + w * y\n"
        "    return total / sum(weights)",
        (1, 1),
    ),
    Answer(
        "m2-task-3", "numpy's own", "def weighted_mean(y, w):\n    return np.average(y, weights=w)", (1, 1)
    ),
    Answer(
        "m2-task-4",
        "one plus the squared coefficient of variation",
        "def kish_deff(w):\n    w = np.array(w, dtype=float)\n    return 1 + w.var() / w.mean() ** 2\n\n\n"
        "def effective_n(w):\n    return sum(w) ** 2 / sum(x * x for x in w)",
        (1, 1),
    ),
    Answer(
        "m2-task-5",
        "on a copy, with loops and a warning",
        "import warnings\n\n\n"
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    data = frame.copy()\n"
        "    data['z'] = data[weight] * (data[item] - np.average(data[item], weights=data[weight]))\n"
        "    variance = 0\n"
        "    for _, h in data.groupby(stratum):\n"
        "        z = np.array([c['z'].sum() for _, c in h.groupby(psu)]) / data[weight].sum()\n"
        "        variance += len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum()\n"
        "    return np.sqrt(variance)",
        (2, 2),
    ),
    Answer(
        "m2-task-5",
        "helpers and data under everyday names",
        "def mean(y, w):\n    return (w * y).sum() / w.sum()\n\n\n"
        "def variance(z):\n    return len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum()\n\n\n"
        "def points(frame, item, weight):\n"
        "    w, y = frame[weight], frame[item]\n"
        "    return w * (y - mean(y, w)) / w.sum()\n\n\n"
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    z = points(frame, item, weight).groupby([frame[stratum], frame[psu]]).sum()\n"
        "    return math.sqrt(z.groupby(level=0).apply(variance).sum())\n\n\n"
        "ess = load('ess10no').head()\n"
        "close = linearised_se(ess.assign(h=1), 'imwbcnt', 'pspwght', 'h', 'psu')",
        (2, 2),
    ),
    Answer(
        "m2-task-6",
        "the table cut to one wave",
        "trust = trust[(trust.survey == 'EVS') & (trust.wave == 5)]\n\n\n"
        "def difference(table, first, second, wave, design_effect):\n"
        "    t = table[(table.survey == 'EVS') & (table.wave == wave)].set_index('country')\n"
        "    p, n = t.trust, t.n * t.response_share\n"
        "    variance = sum(p[c] * (1 - p[c]) / n[c] for c in (first, second))\n"
        "    half = 1.959964 * math.sqrt(design_effect * variance)\n"
        "    return p[first] - p[second], p[first] - p[second] - half, p[first] - p[second] + half",
        (2, 2),
    ),
    Answer(
        "m2-task-6",
        "answers rounded, 1.96, helpers of its own",
        "def _row(table, country, wave):\n"
        "    return table.query('survey == \"EVS\" and country == @country and wave == @wave').iloc[0]\n\n\n"
        "def difference(table, first, second, wave, design_effect):\n"
        "    a, b = _row(table, first, wave), _row(table, second, wave)\n"
        "    v = [r.trust * (1 - r.trust) / round(r.n * r.response_share) for r in (a, b)]\n"
        "    half = 1.96 * (design_effect * sum(v)) ** 0.5\n"
        "    return np.array([a.trust - b.trust, a.trust - b.trust - half, a.trust - b.trust + half])",
        (2, 2),
    ),
    Answer(
        "m2-task-7",
        "with pandas",
        "def holm(ps):\n"
        "    s = pd.Series(ps).sort_values(kind='stable')\n"
        "    steps = np.arange(len(s), 0, -1)\n"
        "    return (s * steps).cummax().clip(upper=1).sort_index().to_numpy()",
        (2, 2),
    ),
    Answer("m2-task-8", "small letters, with commas", 'honest = "e, a, c"', (3,)),
    Answer("m2-task-8", "as a list", 'honest = ["A", "C", "E"]', (3,)),
]
