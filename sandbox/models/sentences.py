"""Sentences and the words in them, in scripts with spaces and without."""

import re
import unicodedata
from collections.abc import Iterator

# A sentence ends at . ! ? before a space and a capital, a digit or a letter of a script without capitals; at the full
# stops and question marks of other scripts; at a blank line, and before a list item. Thai puts a space there, and
# elsewhere, so Thai is cut at spaces and what is short is put together again.
_CASELESS = r"\u0590-\u1fff\u3040-\u9fff\uac00-\ud7af"
_END = re.compile(
    rf"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡]*[A-ZÀ-ÞĀ-ſΑ-ΩΆ-ΏА-ЯЁ0-9ƠƯẠ-ỹ{_CASELESS}])"
    r"|(?<=[。！？｡])|(?<=[।॥؟])\s+|(?<=[\u0370-\u03ff];)\s+|\n\s*\n|\n(?=\s*[-*•#|]\s)"
    r"|(?<=[\u0e00-\u0e7f])[ \n]+(?=[\u0e00-\u0e7f0-9])|(?<=[\u0e00-\u0e7f]\d{4})[ \n]+(?=[\u0e00-\u0e7f])"
)
_THAI = re.compile("[\u0e00-\u0e7f]")
_THAI_LENGTH = 60  # characters a piece of Thai has at least, unless nothing follows
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Fig|Inc|Ltd|approx|c|ca|d|b)|\b[A-Z])\.$")
_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0e00-\u0e7f"  # \\w leaves these out
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+(?:['’][^\W_]+)?")
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u065f\u0670]")
_ARABIC_OPENING = re.compile("^(?:و?(?:ال|بال|كال|فال|لل)|[وبلف](?=..))(?=..)")
_ARABIC_ENDING = re.compile("(?<=..)(?:ها|ان|ات|ون|ين|هم|نا|ة|ه|ي|ا)$")
_ALIKE = str.maketrans("أإآٱىؤئ", "ااااييي")
_HINDI_ENDING = re.compile("(?<=..)(?:ियों|ियाँ|ाओं|ाएँ|ों|ें|ीं|ाँ|ां|ो|े|ू|ु|ी|ि|ा)$")
_BEGINNING = 5  # letters by which the long words of languages other than English are compared
_ENDING = re.compile(r"(?<=\w{3})(?:['’]s|ations?|ments?|ings?|ions?|ers?|ies|ed|es|ly|s|e)$")
_STOPPED = """
    a an the of in on at to for from by with and or but not no is are was were be been being am do does did have has had
    it its this that these those there here as if then than so such what which who whom whose when where why how can
    could will would shall should may might must also into about over under between he she they them his her their we
    you i me my our your much many any some all each other name called known der die das und ist ein eine le la les un
    une et est de des du el los las y es en que den dem von im zu mit auf wer wie wo wann was welche welcher welches wem
    viele viel quien cuando donde como cuanto cuanta cuantos cuantas por cual del una se su al con cine ce care cand
    unde cum cat cata cate din si cu pe la ποιος ποια ποιο ποτε που ποσο ποσα ποσοι ποσος πως γιατι τι ο η το οι τα του
    της των τον την στο στη στην και ειναι ηταν απο για με σε кто что когда где куда как какой какая какое какие каком
    какую сколько почему чем в на с из и по не kim ne zaman nerede nereye hangi kac nasil neden bir ve mi icin من ما متى
    أين اين كيف كم لماذا أي اي أية في على الى إلى عن هل كان كانت कौन किस किसने कब कहाँ कैसे क्यों कितना कितनी कितने का की
    के को में से पर और है हैं था थी थे ने क्या
"""
_STOP = frozenset(unicodedata.normalize("NFC", _STOPPED).split())


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of `text`, verbatim but for white space, which becomes single spaces."""
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].strip()
        if _ABBREVIATED.search(piece) or (_THAI.search(piece[-5:]) and len(piece) < _THAI_LENGTH):
            continue
        start = end.end()
        if piece:
            yield " ".join(piece.split())
    rest = text[start:].strip()
    if rest:
        yield " ".join(rest.split())


def stem(word: str) -> str:
    """Return `word` without its commonest endings, English, Arabic or Hindi; of other scripts what it begins with."""
    if word.isascii():
        return _ENDING.sub("", word, count=1)
    if _ARABIC.search(word):
        bare = _ARABIC_OPENING.sub("", _ARABIC_MARKS.sub("", word).translate(_ALIKE), count=1)
        return _ARABIC_ENDING.sub("", bare, count=1)
    if "\u0900" <= word[0] <= "\u097f":
        return _HINDI_ENDING.sub("", word, count=1)
    return word[: _BEGINNING if len(word) > _BEGINNING else _BEGINNING - 1]


def terms(text: str) -> list[str]:
    """Return the content words of `text` as stems without accents; of scripts without spaces, pairs of letters."""
    found = []
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if letter not in _ACCENTS)
    for word in _WORD.findall(unicodedata.normalize("NFC", plain)):
        if _DENSE.search(word):
            found += [word[place : place + 2] for place in range(max(len(word) - 1, 1))]
        elif word not in _STOP and (len(word) > 1 or word.isdigit()):
            found.append(stem(word))
    return found
