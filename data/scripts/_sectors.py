"""The sector of an organisation, by rules on the words of its name in the languages of the Baltic Sea Region.

The sectors are:

- ``public``: state, regional and municipal authorities, and bodies and companies run as public
  administration: utilities, ports, hospitals, parks, publicly run development and tourism bodies;
- ``private``: firms, chambers, associations of firms or employers, clusters;
- ``civic``: voluntary associations, foundations, trade unions, networks, associations of municipalities;
- ``knowledge``: universities, schools, research institutes (of the state too), science and technology parks
  and centres;
- ``other``: international organisations, and names that do not tell.

The first rule that fires decides. So what is narrow comes before what is wide: a university hospital before
universities, a trade union before unions, a ministry of science before science.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from _names import words


class Rule(NamedTuple):
    """A rule that fires on a name in which one of its patterns begins a word.

    Names are compared without case, accents and punctuation.
    """

    name: str
    sector: str
    patterns: tuple[str, ...]

    def fires(self, text: str) -> bool:
        """Say whether the rule fires on the words of a name."""
        return re.search(rf"\b(?:{'|'.join(self.patterns)})", text) is not None


_FIRMS = (
    r"(?:agricultural producers|apparel|aquaculture|breeders|building|business|craft|employer|enterprise"
    r"|entrepreneur|farmers|fashion|forwarders|industr|logistic|shipowners|smes?\b|small and medium"
    r"|technology|textile|tourism)"
)
_LEAGUE = r"(?:association|confederation|council|federation|forum|organi[sz]ation|parliament|society|union)"

RULES = (
    Rule(
        "international_body",
        "other",
        (
            r"baltic 21\b",
            r"baltic marine environment protection",
            r"council of the baltic sea states",
            r"helcom\b",
            r"international union for",
            r"nordic council",
            r"nordic institution",
        ),
    ),
    Rule(
        "health_care",
        "public",
        (
            r"health ?care (?:authorit|district)",
            r"hospital",
            r"clinic",
            r"haigla",
            r"krankenhaus",
            r"klinik",
            r"ligonin",
            r"primary health",
            r"sairaala",
            r"sjukhus",
            r"slimnic",
            r"sykehus",
            r"sygehus",
            r"szpital",
        ),
    ),
    Rule(
        "profession",
        "civic",
        (
            r"(?:college|association|society) of (?:\w+ )*(?:physicians|doctors|engineers|practitioners)",
            r"(?:physicians|doctors) association",
        ),
    ),
    Rule(
        "university",
        "knowledge",
        (
            r"academ(?:y|ia)\b",
            r"akadem",
            r"augstskol",
            r"college",
            r"fachhochschul",
            r"higher education",
            r"hochschul",
            r"hogskol",
            r"hojskole",
            r"kolegij",
            r"\w*korgkool",
            r"korkeakoulu",
            r"politechni",
            r"polytechni",
            r"\w*school",
            r"szkol",
            r"ulikool",
            r"univ\b",
            r"universi",
            r"uniwersy",
            r"yliopisto",
        ),
    ),
    Rule(
        "chamber",
        "private",
        (r"chamber", r"\w*kamm?er\b", r"ihk\b", r"izba\b", r"kauppakamari", r"rumai\b"),
    ),
    Rule(
        "trade_union",
        "civic",
        (
            r"\w*gewerkschaft",
            r"all poland alliance",
            r"confederation of (?:unions|professionals)",
            r"individual farmers solidarity",
            r"labour federation",
            r"profesin\w+ sajung",
            r"trade unions?\b",
            r"federation of (?:\w+ )?workers",
        ),
    ),
    Rule(
        "municipalities",
        "civic",
        (
            r"association of (?:\w+ )*(?:governments|municipalities)",
            r"savivaldybiu asociacij",
            r"union of (?:\w+ )*cities",
        ),
    ),
    Rule(
        "training",
        "knowledge",
        (
            r"bildungs",
            r"builders training",
            r"education and training (?:centre|center|service)",
            r"(?<!state )education cent(?:re|er)",
            r"educational institution",
            r"mokym\w+ centr",
            r"professional training",
            r"real estate education",
            r"vocational",
        ),
    ),
    Rule(
        "business_association",
        "private",
        (
            rf"{_LEAGUE} (?:\w+ )*{_FIRMS}",
            rf"{_FIRMS}\w* (?:\w+ )*{_LEAGUE}",
            r"(?:maritime|waste management) association",
            r"port of \w+ marketing",
            r"\w*cluster",
            r"klaster",
            r"verband der wirtschaft",
            r"zwiazek pracodawcow",
        ),
    ),
    Rule(
        "planning_body",
        "public",
        (
            r"(?:regional )?planning (?:association|authority|board|department|region)",
            r"federation of municipalities",
            r"joint authorit",
        ),
    ),
    Rule(
        "ministry",
        "public",
        (
            r"minist(?:er|r)",
            r"\w*ministerio",
            r"senat",
            r"^state\b",
            r"state (?:department|forests?\b)",
            r"valsts\b",
            r"valstyb",
            r"riigi",
        ),
    ),
    Rule(
        "science_park",
        "knowledge",
        (
            r"(?:business|high tech|high technology|industrial|science|scientific|technology|technological"
            r"|information technology) (?:\w+ ){0,3}(?:park|city)\b",
            r"\w*techno(?:park|polis)",
            r"(?:competence|expertise|innovation|knowledge|technolog\w+|technology transfer|biotechnology)"
            r" (?:\w+ ){0,2}cent(?:re|er)",
            r"cent(?:re|er) (?:of|for) (?:\w+ )*(?:competence|expertise|excellence|innovation|technology"
            r"|biotechnology)",
            r"(?:business )?incubator",
            r"information technology\b",
            r"teknopol",
            r"trendcenter",
        ),
    ),
    Rule(
        "research",
        "knowledge",
        (
            r"badawcz",
            r"cent(?:er|re) for (?:\w+ )*stud(?:y|ies)",
            r"cent(?:er|re) for policy",
            r"cent(?:er|re) for (?:\w+ )*landscape",
            r"centre of health economics",
            r"desy\b",
            r"forskning",
            r"forschung",
            r"fraunhofer",
            r"geological survey",
            r"helmholtz",
            r"instituu?t(?!ion)",
            r"instytut",
            r"laborator",
            r"leibniz",
            r"max planck",
            r"moksl\w+ tyrim",
            r"naukow",
            r"research",
            r"science region",
            r"scientific",
            r"tutkimus",
            r"uurimis",
        ),
    ),
    Rule(
        "association",
        "civic",
        (
            r"asociacij",
            r"\w*association",
            r"bendrij",
            r"biedriba",
            r"charity",
            r"club\b",
            r"coall?ition",
            r"cooperative society",
            r"draugij",
            r"e v\b",
            r"ecological council",
            r"federation",
            r"fond(?:as|s|en)?\b",
            r"forening",
            r"forum\b",
            r"foundation",
            r"friends of",
            r"initiative\b",
            r"fundacja",
            r"fund\b",
            r"local action group",
            r"mtu\b",
            r"network\b",
            r"ngo\b",
            r"nodibinajum",
            r"saatio",
            r"selts\b",
            r"sihtasutus",
            r"\w*societ(?:y|ies)",
            r"stiftelse",
            r"stiftung",
            r"stowarzyszenie",
            r"union\b",
            r"verein",
            r"welfare",
            r"wwf\b",
            r"yhdistys",
        ),
    ),
    Rule(
        "protected_area",
        "public",
        (r"biosphere", r"national park", r"nacional\w+ park", r"regional park", r"reserve"),
    ),
    Rule(
        "utility",
        "public",
        (
            r"biopuhastus",
            r"copenhagen energy",
            r"energy holding",
            r"public utility",
            r"\w*vodokanal",
            r"sewage",
            r"stadtwerke",
            r"vandens",
            r"waste management",
            r"waste ?water",
            r"water\b(?! management)",
            r"wodociagi",
        ),
    ),
    Rule(
        "transport",
        "public",
        (
            r"airports?\b",
            r"buses\b",
            r"ferryport",
            r"freeport",
            r"hafen",
            r"lufthavn",
            r"ports?\b",
            r"public transport",
            r"railway",
            r"seaport",
            r"uost",
            r"urban transport",
        ),
    ),
    Rule(
        "security",
        "public",
        (
            r"boa?rder guard",
            r"coast guard",
            r"emergenc",
            r"fleet\b",
            r"polic(?:e|ij|ja)",
            r"poliisi",
            r"politsei",
            r"polizei",
            r"naval",
            r"rescue",
        ),
    ),
    Rule(
        "municipality",
        "public",
        (
            r"city\b",
            r"commune\b",
            r"gmina",
            r"kaupun",
            r"\w*kommun",
            r"kunta\b",
            r"linn\b",
            r"linnavalitsus",
            r"local authority",
            r"miast",
            r"municip",
            r"pasvaldib",
            r"savivaldyb",
            r"stadt\b",
            r"stad\b",
            r"town\b",
            r"vald\b",
            r"vallavalitsus",
            r"metropolitan area council",
        ),
    ),
    Rule(
        "region",
        "public",
        (
            r"apskrit",
            r"consell comarcal",
            r"council of deputies",
            r"county",
            r"district",
            r"euroregion",
            r"executive committee",
            r"lan\b",
            r"landkreis",
            r"\w*liitto",
            r"maakon",
            r"maavalitsus",
            r"marshal",
            r"government of",
            r"province",
            r"region\b",
            r"regional (?:administration|council|cooperation|development council|government|health)",
            r"self government",
            r"subregion",
            r"landsting",
            r"voivod",
            r"wojewod",
        ),
    ),
    Rule(
        "development_body",
        "public",
        (
            r"(?:business|economic|regional|rural) (?:\w+ )*(?:development|service|link)",
            r"advisory",
            r"development (?:agency|board|cent(?:re|er)|company|corporation)",
            r"invest(?:or|itions)",
            r"invest in\b",
            r"promotion",
            r"touris",
        ),
    ),
    Rule(
        "agency",
        "public",
        (
            r"administration",
            r"agency",
            r"agentur",
            r"amet\b",
            r"amt\b",
            r"authorit",
            r"board\b",
            r"bundes",
            r"command\b",
            r"committe",
            r"department",
            r"directorate",
            r"environment(?:al)? (?:cent(?:re|er)|service)",
            r"federal\b",
            r"forestry enterprise",
            r"inspectorate",
            r"inspekcij",
            r"\w*meteorolog",
            r"keskus\b",
            r"\w*verk(?:et)?\b",
            r"museum",
            r"castle",
            r"national\b",
            r"office\b",
            r"public (?:management|employment)",
            r"republican?l?\b",
            r"service\b",
            r"\w*styrelse",
            r"tarnyb",
            r"urzad",
            r"virasto",
        ),
    ),
    Rule(
        "company",
        "private",
        (
            r"a s\b",
            r"ab\b",
            r"aktiebolag",
            r"aps\b",
            r"as\b",
            r"company",
            r"corporation",
            r"gmbh",
            r"jsc\b",
            r"limited",
            r"ltd\b",
            r"ou\b",
            r"oy\b",
            r"oyj\b",
            r"s a\b",
            r"sc\b",
            r"sia\b",
            r"sp z",
            r"uab\b",
        ),
    ),
)


def sector(names: Iterable[str]) -> tuple[str, str]:
    """Give the sector of an organisation and the rule that fired: ``none`` if none did.

    The rules are put to the first of its names; to the next, only if none has fired yet.
    """
    texts = [" ".join(words(name)) for name in names]
    fired = ((rule.sector, rule.name) for text in texts for rule in RULES if rule.fires(text))
    return next(fired, ("other", "none"))
