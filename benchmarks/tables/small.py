"""Tables that come with scikit-learn, and files that are odd in their own way."""

from __future__ import annotations

import io
import random

from benchmarks.tables.classes import BINARY, MULTICLASS, REGRESSION
from benchmarks.tables.making import Case, written


def small() -> list[Case]:
    """All of them."""
    return [*_bundled(), *_odd(), *_scripts()]


def _bundled() -> list[Case]:
    """Iris, wine and diabetes have too few rows; digits and breast cancer enough."""
    from sklearn import datasets

    found = []
    for name, problem in (
        ("iris", MULTICLASS), ("wine", MULTICLASS), ("diabetes", REGRESSION), ("digits", MULTICLASS),
        ("breast_cancer", BINARY),
    ):  # fmt: skip
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
        data = frame.to_csv(index=False).encode()
        fit = len(frame) >= 500
        found.append(Case(f"sklearn {name}", data, "target", fit, problem if fit else ""))
        data = frame.to_csv(index=True).encode()
        found.append(Case(f"sklearn {name} with its index", data, "target", fit, problem if fit else ""))
    return found


def _rows(name: str, rows: int = 700) -> list[list[str]]:
    chance = random.Random(name)
    return [[f"{chance.gauss(5, 2):.3f}", chance.choice("abc"), str(chance.randint(0, 1))] for _ in range(rows)]


def _odd(head: str = "x,kind,y\n") -> list[Case]:
    body = [",".join(row) for row in _rows("odd")]
    text = head + "\n".join(body) + "\n"
    found = [
        Case("blank lines between", (head + "\n\n".join(body)).encode(), "y", True, BINARY),
        Case("no last line end", text.rstrip("\n").encode(), "y", True, BINARY),
        Case("one zero byte", text.replace("a", "a\0", 1).encode(), "y", True, BINARY),
        Case("title above", ("Report 2026\n\n" + text).encode(), "y", True, BINARY),
        Case("comment above", ("# made by hand\n# in May\n" + text).encode(), "y", True, BINARY),
        Case("two short records", (text + "1.0,a\n2.0\n").encode(), "y", True, BINARY),
        Case("a megabyte in a cell", (text + "1.0," + "z" * 10**6 + ",1\n").encode(), "y", True, BINARY),
        Case("ten megabytes in a cell", (text + "1.0," + "z" * 10**7 + ",1\n").encode(), "y", False),
        Case("formulas", text.replace(",a,", ",=cmd|' /C calc'!A0,").encode(), "y", True, BINARY),
        Case("line ends within cells", text.replace(",b,", ',"b\nb",').encode(), "y", True, BINARY),
        Case("inches", text.replace(",b,", ',5" pipe,').encode(), "y", True, BINARY),
        Case("escaped quotes", text.replace(",b,", r',"b \"x\", b",').encode(), "y", True, BINARY),
        Case("R row names", (head + "\n".join(f"{at},{line}" for at, line in enumerate(body))).encode(), "y", True,
             BINARY),
        Case("header of numbers", ("0,1,2\n" + "\n".join(body)).encode(), "2", True, BINARY),
        Case("target's case", text.replace("y\n", "Y\n", 1).encode(), "z", False),
        Case("twice the target", ("x,y,y\n" + "\n".join(body)).encode(), "y", False),
        Case("index too large", "\n".join(body).encode(), "7", False),
        Case("last column by index", "\n".join(body).encode(), "-1", True, BINARY),
        Case("program", b"\x7fELF" + bytes(range(256)) * 300, "y", False),
    ]  # fmt: skip
    stars = [[row[0], row[1], str(1 + at % 5)] for at, row in enumerate(_rows("stars"))]
    found.append(Case("stars", written(("x", "kind", "stars"), stars), "stars", True, MULTICLASS))
    floats = [[row[0], row[1], f"{at % 3}.0"] for at, row in enumerate(_rows("floats"))]
    found.append(Case("classes as floats", written(("x", "kind", "y"), floats), "y", True, MULTICLASS))
    unique = [[row[1], row[2], repr(random.Random(at).gauss(0, 1))] for at, row in enumerate(_rows("unique"))]
    found.append(Case("all different floats", written(("kind", "b", "y"), unique), "y", True, REGRESSION))
    return found


def _scripts() -> list[Case]:
    """Letters of other scripts, in their encodings; UTF-8 that ends in the middle of the file."""
    found = []
    for encoding, names, words in (
        ("gb18030", ("年龄", "城市", "是否流失"), ("北京", "上海", "广州")),
        ("shift_jis", ("年齢", "都市", "解約"), ("とうきょう", "大阪", "さっぽろ")),
        ("cp1251", ("возраст", "город", "отток"), ("Москва", "Казань", "Самара")),
        ("cp1252", ("Größe", "Straße", "Kündigung"), ("Köln", "Münster", "Genève")),
        ("latin-1", ("année", "région", "départ"), ("Québec", "Orléans", "Nîmes")),
        ("euc_kr", ("나이", "도시", "해지"), ("서울", "부산", "대구")),
        ("cp1250", ("věk", "město", "odešel"), ("Plzeň", "Łódź", "Kraków")),
        ("big5", ("年齡", "城市", "流失"), ("臺北", "高雄", "臺南")),
    ):
        chance = random.Random(encoding)
        rows = [[str(chance.randint(18, 90)), chance.choice(words), chance.choice(["0", "1"])] for _ in range(800)]
        found.append(Case(f"written in {encoding}", written(names, rows, encoding=encoding), names[2], True, BINARY))
    late = io.BytesIO()
    late.write(b"x,note,y\n" + b"".join(b"%d,plain,%d\n" % (at, at % 2) for at in range(150_000)))
    late.write("7,Köln,1\n".encode("cp1252") * 3)
    found.append(Case("not UTF-8 far down", late.getvalue(), "y", True, BINARY))
    return found
