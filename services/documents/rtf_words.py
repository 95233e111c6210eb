"""Words of rich text: groups that hold no text, signs by their name, encodings by their number.

Those of the RTF Specification 1.9.1.
"""

from __future__ import annotations

SKIPPED = frozenset(
    (
        *("colortbl", "pict", "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr"),
        *("footerf", "themedata", "datastore", "generator", "xmlnstbl", "rsidtbl", "listtable", "nonshppict"),
        *("fldinst", "listoverridetable", "author", "operator", "company", "subject", "keywords", "doccomm", "tc"),
        *("annotation", "pntxtb", "creatim", "revtim", "printim", "buptim", "bkmkstart", "bkmkend", "revtbl"),
        *("filetbl", "ftnsep", "atnid"),
    )
)
KEPT_STARS = frozenset(("shptxt", "shpinst", "shppict"))
SIGNS = {
    "tab": "\t",
    "line": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "softline": "\n",
}
CHARSETS = {
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    0: "cp1252",
    77: "mac-roman",
    255: "cp437",
}
PAGES = {936: "gb18030", 10000: "mac-roman", 10007: "mac-cyrillic", 65001: "utf-8"}
