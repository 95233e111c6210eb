"""How likely a text is words of a language: by which of its letters are the frequent ones, and how they join.

Letters stand in the order of their frequency in ordinary prose; a text scores from -2 (signs at random) to about 1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

SIGNS = frozenset("‘’“”„‚–—…«»€§°©®№·•¿¡£™ ´`±µ¶×÷½¼¾²³ªº‹›†‡‰")
QUOTES = frozenset("‘’“”")
WIDE_SIGNS = frozenset("。，、；：！？「」『』（）《》〈〉【】“”‘’…—·・〜～％　ー々０１２３４５６７８９〔〕")
LETTERS = {
    "russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "ukrainian": "оаинвіертсклумдпяьзгйбчхжцюєшщїфґ",
    "bulgarian": "аоиетнрсвлкдпмзъугябчйцхжшщьюф",
    "greek": "αοιετνσηυρςπκμλίόήάέγδωχθφύβώξζψϊϋΐΰ",
    "hebrew": "יוהלאמרבתשנכםחדפקעטזסגצןךףץ",
    "arabic": "اليمونترهبدعسكفحقجةشصطخأضىثذزئغإظءؤآپچگژیک؟،",
    "thai": "านรกเองมยลวดตสทปะ่้์ัิีุูำไใโแบคชจพผหขถณธศษซฟฝภญฐฑฒฏฎฬฮฤๆึืฉฌฆํ๊๋็",
}
LATIN = {
    "german": "üäöß",
    "french": "éèêàçôûâîùëïœæ",
    "spanish": "óíáéñúü",
    "portuguese": "ãçáéíóêâõúàôü",
    "italian": "èàùòìéî",
    "nordic": "åäöæøé",
    "icelandic": "íáðéóþæöúý",
    "polish": "łąęóżśćńź",
    "czech": "íáěéčřšžýůúďťňóľĺŕôä",
    "hungarian": "áéóöőíúüű",
    "romanian": "ăîâşţșț",
    "croatian": "čćšžđ",
    "lithuanian": "ėšįųžūčęą",
    "latvian": "āīēšņūļčžģķ",
    "estonian": "äõüöšž",
    "turkish": "ıüşöçğâîû",
}
WESTERN = ("german", "french", "spanish", "portuguese", "italian", "nordic", "icelandic", "estonian")
CENTRAL = ("polish", "czech", "hungarian", "romanian", "croatian", "german")
WIDE = {
    "simplified": (
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
        "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
        "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
        "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
        "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
        "计管期市直请今早语言字典书京北"
    ),
    "traditional": (
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
        "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實"
        "日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政"
        "美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員"
        "解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件"
        "計管期市直請語言灣臺台北"
    ),
    "japanese": (
        "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先"
        "名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨会社事者自地場合同部手新用体発方問動理文"
        "化内主定代力対的開明意度通立最要物使作全実当家公取"
    ),
    "korean": (
        "이다는을의에가고를하은지로한사도기서리나대어자아인시그라일부정있스들해전수보만것제주우과여상장원구성"
        "연소경무유비세동치안면조모신마니교러내선요없음계방진문관공분실회학용미었습오적중재저또생화바간발양명"
        "말때날씨좋산책했녕셨합데국물영심업건"
    ),
}
COMMON_ROWS = {"simplified": ("gb2312", 0xB0, 0xD7), "traditional": ("big5", 0xA4, 0xC6)}
"""First and last lead byte of the characters that each standard has in its first, common part."""

KANA, HANGUL, HAN = ("\u3040", "\u30ff"), ("\uac00", "\ud7a3"), ("\u4e00", "\u9fff")
WORD = re.compile(r"[^\W\d_]+")
CASE_BREAK = re.compile(r"[a-zа-яёіїєґα-ωά-ώ][A-ZА-ЯЁІЇЄҐΑ-Ω]")


def score(text: str, language: str) -> float:
    """Return how likely a text is of a language; the letters of ASCII say nothing."""
    counted = Counter(sign for sign in text if not sign.isascii())
    total = counted.total()
    if not total:
        return 0.0
    if language in WIDE:
        return sum(_wide_weight(sign, language) * count for sign, count in counted.items()) / total
    weights = _weights(language)
    quotes = 0.8 if language in LATIN else 0.2
    points = sum((quotes if sign in QUOTES else _weight(sign, weights)) * count for sign, count in counted.items())
    return (points - _broken(text, language)) / total


def _weight(sign: str, weights: dict[str, float]) -> float:
    if sign in SIGNS:
        return 0.2
    found = weights.get(sign)
    return found if found is not None else 0.8 * weights.get(sign.lower(), -1.5) if sign.isupper() else -1.5


@cache
def _weights(language: str) -> dict[str, float]:
    """Return the weight of each letter: 1 for the most frequent, 0.2 for the rarest (0.6 of a Latin alphabet)."""
    letters, least = (LATIN[language], 0.6) if language in LATIN else (LETTERS[language], 0.2)
    return {sign: 1 - (1 - least) * rank / len(letters) for rank, sign in enumerate(letters)}


def _wide_weight(sign: str, language: str) -> float:
    if sign in WIDE[language]:
        return 1.0
    if sign in WIDE_SIGNS:
        return 0.5
    if KANA[0] <= sign <= KANA[1]:
        return 1.0 if language == "japanese" else -1.0
    if HANGUL[0] <= sign <= HANGUL[1]:
        return 0.35 if language == "korean" else -1.0
    if HAN[0] <= sign <= HAN[1]:
        return _han_weight(sign, language)
    return -1.0


@cache
def _han_weight(sign: str, language: str) -> float:
    """Return the weight of a character that is not among the commonest: more where its standard counts it as common."""
    if language not in COMMON_ROWS:
        return -0.3 if language == "korean" else 0.15
    encoding, first, last = COMMON_ROWS[language]
    coded = sign.encode(encoding, "ignore")
    return 0.4 if coded and first <= coded[0] <= last else -0.1


def _broken(text: str, language: str) -> float:
    """Return how many letters join as in no word: a capital after a small one, accents only, two scripts in one."""
    broken = float(len(CASE_BREAK.findall(text)))
    for word in WORD.findall(text):
        foreign = sum(not sign.isascii() for sign in word)
        if language in LATIN:
            broken += foreign if len(word) > 2 and foreign > 0.6 * len(word) else 0
        elif 0 < foreign < len(word):
            broken += 0.5 * min(foreign, len(word) - foreign)
    return broken


def best(text: str, languages: Iterable[str]) -> float:
    """Return the score of a text in the likeliest of some languages."""
    return max(score(text, language) for language in languages)
