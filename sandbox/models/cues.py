"""What kind of answer a question wants (a person, a place, a time, a number), and whether a sentence has one."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of answer that can be told by their form."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    REASON = "reason"
    ANY = "any"


_ASKS = (
    (
        Kind.NUMBER,
        r"\bhow (?:many|much|far|long|old|tall|large|big|often|deep|high|wide)\b|\bcombien\b|\bwie ?(?:viele?|"
        r"hoch|lange?|"
        r"alt|groß|weit|oft)\b|\bcuánt[oa]s?\b|\bqué (?:altura|edad|porcentaje)|\bc[aâ](?:t|ți|te|tă)\b|\bce înălțime|"
        r"πόσ|сколько|какова высота|\bkaç\b|\bne kadar\b|\bkaça\b|كم|कितन|กี่|เท่าไ|เท่าใด|bao nhiêu|mấy|bao lâu|"
        r"多少|几|多高|多长|多大|多久|いくつ|何人|何個|몇|얼마",
    ),
    (
        Kind.TIME,
        r"\bwhen\b|\bwhat (?:year|century|decade|date|day|month|time)\b|\bwhich (?:year|day|month|century)\b|"
        r"\bquand\b|"
        r"\bwann\b|\bwelche[mrsn]? (?:jahr|tag|monat|jahrhundert)|\bcuándo\b|\bqué (?:año|día|mes|siglo)|\bcând\b|"
        r"\bce (?:an|zi|lună)\b|πότε|ποια (?:χρονιά|μέρα|ημέρα)|ποιο έτος|когда|в как(?:ом году|ой день|"
        r"ие годы)|ne zaman|"
        r"hangi (?:yıl|gün|ay)|متى|في أي (?:عام|سنة|يوم|شهر)|कब|किस (?:वर्ष|साल|दिन)|เมื่อไ|เมื่อใด|ปีใด|ปีไหน|"
        r"วันไหน|วันใด|"
        r"khi nào|năm nào|ngày nào|何时|什么时候|哪一?年|星期几|哪[天日]|いつ|何年|언제",
    ),
    (
        Kind.PLACE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:country|cit(?:y|ies)|towns?|region|river|place|state)\b"
        r"|\bwo(?:hin|her)?\b|\bdónde\b|\badónde\b|\bunde\b|\bπού\b|\bгде\b|куда|откуда|nere(?:de|ye)|"
        r"hangi (?:ülke|şehir)|"
        r"أين|कहाँ|कहां|ที่ไหน|ที่ใด|ở đâu|đi đâu|nước nào|哪里|在哪|哪个国家|哪个城市|どこ|어디",
    ),
    (
        Kind.PERSON,
        r"\bwho(?:m|se)?\b|\bqui\b|\bwe[rmn]\b|\bqui[eé]n(?:es)?\b|\bcine\b|ποι[οό][ςι]|\bкто\b|\bкого\b|"
        r"\bkim(?:in|ler)?\b|"
        r"^من |किस(?:ने|का|की|के)|कौन|ใคร|^ai |\bai (?:đã|là)\b|谁|誰|누구|누가",
    ),
    (
        Kind.REASON,
        r"\bwhy\b|\bpourquoi\b|\bwarum\b|\bweshalb\b|\bpor qué\b|\bde ce\b|γιατί|почему|зачем|neden|niçin|لماذا|"
        r"क्यों|ทำไม|"
        r"tại sao|vì sao|为什么|なぜ|왜",
    ),
)
_ENGLISH_WORDS = """
    what which who whom whose when where why how is are was were does do did can could the of a an and to in for by
    with from that has have had it its
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_ASKS_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKS)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|hundred|thousand|"
    "million|billion|half|several|both|first|second|third|once|twice"
)
_OTHER_NUMBERS = (
    r"\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)\w*|\w*(?:zig|ßig|zehn|hundert|tausend)\b|"
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|\w+cient[oa]s|cien|mil|millones)\b|\bdieci\w+|"
    r"\b(?:două|doi|trei|patru|cinci|șase|șapte|opt|nouă|zece|sute|mii|\w+sprezece)\b|"
    r"\b(?:δύο|τρεις|τρία|τέσσερ\w+|πέντε|έξι|επτά|οκτώ|εννέα|δέκα|δώδεκα|δεκα\w+|εκατό|χιλιάδες|\w+ήντα|"
    r"τριάντα|είκοσι)\b|"
    r"\b(?:дв[ае]|двух|три|трёх|четыр\w+|пять?|пяти|шест\w+|сем[ьи]|восем\w*|девят\w*|десят\w*|\w+надцать|сто|"
    r"тысяч\w*)\b|"
    r"\b(?:iki|üç|dört|beş|altı|yedi|sekiz|dokuz|yirmi|otuz|kırk|elli|yüz|bin|milyon)\b|"
    r"(?:ثلاث|أربع|خمس|ست|سبع|ثمان|تسع|عشر|ألف|آلاف|مئة|مائة|مليون)|ألفي|اثن[يا]|"
    r"(?:दो|तीन|चार|पाँच|छह|सात|आठ|नौ|दस|बारह|अठारह|बीस|तीस|पचास|सौ|हज़ार|लाख) |"
    r"(?:สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|แสน)|"
    r"\b(?:hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|trăm|nghìn|triệu)\b|[一二三四五六七八九十百千万两]"
)
_NUMBER = re.compile(rf"\d+|\b(?:{_NUMBER_WORDS})\b|{_OTHER_NUMBERS}", re.IGNORECASE)
_TIME = re.compile(
    r"\b1\d{3}\b|\b20\d{2}\b|\b\d{3}\b|\b\d+(?:st|nd|rd|th)\b|\bcentur|\bdecade|\b(?:night|morning|noon|evening|"
    r"daily)\b|"
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday)s?\b|\d+年|\d+月|星期|世纪|"
    r"(?:Mon|Diens|Donners|Frei|Sams|Sonn)tags?\b|\b(?:lunes|martes|jueves|viernes|sábado|domingo)s?\b|"
    r"\b(?:luni|lunea|marți|joi|vineri|sâmbătă|duminică)\b|Δευτέρ|Κυριακή|понедельник|вторник|воскресень|"
    r"pazartesi|cuma|الاثنين|الجمعة|الأحد|सोमवार|शुक्रवार|रविवार|วันจันทร์|วันอาทิตย์|thứ (?:Hai|Ba|Tư|Năm|Sáu|"
    r"Bảy)|Chủ nhật"
)
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-ÞĀ-ſΑ-ΩΆ-ΏА-ЯЁ][\w’'-]+")
_SITED = re.compile(r"\b(?:in|at|near|from|to|of|by|on|within|between)\b (?:the )?[A-ZÀ-Þ]")
_REASON = re.compile(
    r"\b(?:weil|da|denn|um|porque|ya que|debido|para|fiindcă|pentru că|deoarece|επειδή|διότι|потому|так как|"
    r"чтобы|için|çünkü|"
    r"diye|vì|bởi|để)\b|لأن|بسبب|क्योंकि|เพราะ|因为|由于|ため|"
    r"\b(?:because|since|due to|owing to|so that|in order to|therefore|to \w+|as a result|caused by)\b",
    re.IGNORECASE,
)


def is_english(question: str) -> bool:
    """Return whether a question is in English, told by its commonest words; one without letters counts as English."""
    words = re.findall(r"[^\W\d_]+", question.lower())
    known = sum(word in _ENGLISH for word in words)
    plain = all(word.isascii() for word in words)
    return known >= 2 or (plain and (known > 0 or len(words) < 4))


def kind_of(question: str) -> Kind:
    """Return the kind of answer `question` asks for."""
    for kind, pattern in _ASKS_COMPILED:
        if pattern.search(question):
            return kind
    return Kind.ANY


def offers(sentence: str, kind: Kind, question: str) -> bool:
    """Return whether `sentence` holds something of `kind` that `question` does not name itself."""
    if kind is Kind.NUMBER:
        return any(match[0] not in question for match in _NUMBER.finditer(sentence))
    if kind is Kind.TIME:
        return any(match[0] not in question for match in _TIME.finditer(sentence))
    if kind is Kind.PERSON:
        names = (match[0] for match in _NAME.finditer(sentence))
        return any(name not in question and not _TIME.search(name) for name in names)
    if kind is Kind.PLACE:
        return _SITED.search(sentence) is not None
    if kind is Kind.REASON:
        return _REASON.search(sentence) is not None
    return False
