"""Tables whose target is a class, modelled on public ones: their columns, size and way of writing, not their data."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Callable

from benchmarks.tables.making import Table, counted, holes, named, number, pick, prose, skewed, table, whole

BINARY, MULTICLASS, REGRESSION = "BinaryClassification", "MulticlassClassification", "Regression"
Row = dict[str, str]


def odds(column: str, middle: float, slope: float, yes: str, no: str) -> Callable[[random.Random, Row], str]:
    """One of two classes, likelier the larger a column is."""

    def draw(chance: random.Random, row: Row) -> str:
        try:
            value = float(row[column])
        except ValueError:
            value = middle
        return yes if chance.random() < 1 / (1 + math.exp(-slope * (value - middle))) else no

    return draw


def band(column: str, edges: str, names: str, noise: float = 0.2) -> Callable[[random.Random, Row], str]:
    """A class by where a number lies between edges, sometimes another one."""
    bounds, kinds = [float(each) for each in edges.split()], names.split()

    def draw(chance: random.Random, row: Row) -> str:
        if chance.random() < noise:
            return chance.choice(kinds)
        value = float(row[column] or 0)
        return kinds[min(len(kinds) - 1, sum(value > edge for edge in bounds))]

    return draw


ADULT = {
    "age": whole(17, 90), "workclass": holes(pick("Private|Self-emp-not-inc|Local-gov|State-gov"), 0.05, "?"),
    "fnlwgt": whole(12285, 400000), "education": pick("Bachelors|HS-grad|11th|Masters|Some-college"),
    "education-num": whole(1, 16), "marital-status": pick("Never-married|Married-civ-spouse|Divorced"),
    "occupation": holes(pick("Tech-support|Sales|Exec-managerial|Craft-repair"), 0.05, "?"),
    "sex": pick("Male Female"), "capital-gain": pick("0 2174 7688", (92, 5, 3)), "hours-per-week": whole(1, 99),
    "native-country": pick("United-States|Mexico|Germany", (90, 6, 4)),
}  # fmt: skip
CELLS = {f"V{at}": number(0, 1.5, 6) for at in range(1, 29)}
LETTERS = {name: pick("a b c d e f g") for name in ("cap", "gill", "ring", "stalk", "veil", "spore", "habitat")}


YES_NO = odds("balance", 1000, 0.002, "yes", "no")
BANK = {
    "age": whole(18, 90), "job": pick("admin.|blue-collar|technician|services"), "balance": number(1000, 900, 0),
    "housing": pick("yes no"), "contact": pick("unknown|telephone|cellular"), "day": whole(1, 31),
    "month": pick("jan feb may jun nov"), "duration": skewed(250), "campaign": whole(1, 12),
}  # fmt: skip
TITANIC = {
    "PassengerId": counted(), "Pclass": pick("1 2 3"), "Name": named('Braund, Mr. Owen "O." ####'),
    "Sex": pick("male female"), "Age": holes(number(30, 12, 0, 1), 0.2), "Fare": skewed(30, 4),
    "Cabin": holes(named("C#####"), 0.77), "Embarked": holes(pick("S C Q"), 0.01),
}  # fmt: skip
TELCO = {
    "customerID": named("####-ABCDE###"), "SeniorCitizen": pick("0 1", (8, 2)), "tenure": whole(0, 72),
    "Contract": pick("Month-to-month|One year|Two year"), "MonthlyCharges": number(65, 25, 2, 18),
    "TotalCharges": holes(number(2200, 1500, 2, 18), 0.01, " "),
}  # fmt: skip
CHURN = {
    "State": pick("KS OH NJ OK AL"), "Account Length": whole(1, 240), "Area Code": pick("415 408 510"),
    "Phone": named("3##-####"), "Int'l Plan": pick("no yes", (9, 1)), "VMail Plan": pick("no yes"),
    "Day Mins": number(180, 54, 1, 0), "CustServ Calls": whole(0, 9),
}  # fmt: skip
GERMAN = {
    "status": pick("A11 A12 A13 A14"), "duration": whole(4, 72), "history": pick("A30 A32 A34"),
    "amount": whole(250, 18000), "age": whole(19, 75), "housing": pick("A151 A152"),
}  # fmt: skip
PIMA = {
    "preg": whole(0, 17), "plas": number(120, 31, 0, 0), "pres": number(69, 19, 0, 0), "mass": number(32, 8, 1, 0),
    "pedi": number(0.47, 0.3, 3, 0.08), "age": whole(21, 81),
}  # fmt: skip
WDBC = {"id": named("84####"), **{f"f{at}": number(14 + at, 3, 3) for at in range(10)}}
LOANS = {
    "Loan_ID": named("LP00####"), "Gender": holes(pick("Male Female"), 0.03), "Dependents": pick("0 1 2 3+"),
    "ApplicantIncome": skewed(5400), "LoanAmount": holes(number(146, 80, 0, 9), 0.05),
    "Credit_History": holes(pick("1 0", (85, 15)), 0.08), "Property_Area": pick("Urban Rural Semiurban"),
}  # fmt: skip
DEFAULT = {"ID": counted(), "LIMIT_BAL": whole(10000, 800000), "SEX": pick("1 2"), "AGE": whole(21, 70),
           "PAY_0": whole(-2, 8), "BILL_AMT1": number(50000, 30000, 0)}  # fmt: skip
POISONOUS = pick("p e")


def binary() -> list[Table]:
    """Two classes."""
    return [*_binary_1(), *_binary_2()]


def _binary_1() -> list[Table]:
    return [
        table("adult", 2000, "income", BINARY, ADULT, drawn=odds("education-num", 12, 0.5, ">50K", "<=50K")),
        table("adult.data", 1500, "income", BINARY, ADULT, header=False, pad=" ",
              drawn=odds("education-num", 12, 0.5, ">50K", "<=50K")),
        table("bank-full", 3000, "y", BINARY, BANK, drawn=YES_NO, delimiter=";", quoting=csv.QUOTE_NONNUMERIC),
        table("titanic", 891, "Survived", BINARY, TITANIC, drawn=odds("Fare", 30, 0.05, "1", "0"), end="\r\n"),
        table("telco-churn", 2000, "Churn", BINARY, TELCO, drawn=odds("tenure", 20, -0.08, "Yes", "No")),
        table("churn-state", 1500, "Churn?", BINARY, CHURN, drawn=odds("Day Mins", 230, 0.02, "True.", "False.")),
        table("german.data", 1000, "class", BINARY, GERMAN, drawn=odds("duration", 40, 0.05, "2", "1"), delimiter=" ",
              header=False),
        table("pima", 768, "class", BINARY, PIMA, drawn=odds("plas", 130, 0.05, "1", "0"), header=False),
        table("wdbc", 569, "diagnosis", BINARY, {"id": WDBC["id"], "diagnosis": pick("M B"), **WDBC}, header=False),
        table("creditcard", 6000, "Class", BINARY, {"Time": counted(0), **CELLS, "Amount": skewed(88, 2)},
              drawn=lambda chance, _row: "1" if chance.random() < 0.006 else "0", quoting=csv.QUOTE_NONNUMERIC),
    ]  # fmt: skip


def _binary_2() -> list[Table]:
    return [
        table("mushroom.data", 1200, "class", BINARY, {"class": POISONOUS, **LETTERS}, header=False),
        table("mushroom", 1200, "class", BINARY, {"class": POISONOUS, **LETTERS}),
        table("loans", 614, "Loan_Status", BINARY, LOANS, drawn=odds("ApplicantIncome", 3000, 0.0004, "Y", "N")),
        table("card-default", 3000, "default payment next month", BINARY, DEFAULT,
              drawn=odds("PAY_0", 5, 0.5, "1", "0"), before="X0,X1,X2,X3,X4,X5,Y\n"),
        table("phishing", 1500, "Result", BINARY, {f"has_{at}": pick("-1 0 1") for at in range(20)},
              drawn=odds("has_1", 0, 1.5, "1", "-1")),
        table("spambase", 1400, "spam", BINARY, {f"w{at}": skewed(0.4, 2) for at in range(20)}, header=False,
              drawn=odds("w3", 0.5, 2.0, "1", "0")),
        table("reviews", 900, "sentiment", BINARY, {"review": prose(40)}, drawn=lambda chance, _row: chance.choice(
              ["positive", "negative"])),
        table("higgs-like", 2500, "target", BINARY, {f"x{at}": number(0, 1, 8) for at in range(12)},
              drawn=odds("x1", 0, 1.0, "1.0", "0.0")),
        table("noshow", 2200, "No-show", BINARY, {"PatientId": named("2987249982####"), "Age": whole(0, 100),
              "Neighbourhood": pick("JARDIM DA PENHA|MARUÍPE|SANTO ANTÔNIO"), "SMS": pick("0 1")},
              drawn=odds("Age", 20, -0.02, "Yes", "No"), encoding="latin-1"),
    ]  # fmt: skip


DIGITS = {f"p{at}": whole(0, 16) for at in range(64)}
WINE = {"fixed acidity": number(7, 1, 1), "residual sugar": skewed(6, 1), "density": number(0.99, 0.002, 5),
        "pH": number(3.2, 0.15), "alcohol": number(10.5, 1.2, 1)}  # fmt: skip
QUALITY = band("alcohol", "8.4 9.2 10.4 11.6 12.8 13.6", "3 4 5 6 7 8 9", 0.15)
CAR = {"buying": pick("vhigh high med low"), "maint": pick("vhigh high med low"), "doors": pick("2 3 4 5more"),
       "persons": pick("2 4 more"), "lug_boot": pick("small med big"), "safety": pick("low med high")}  # fmt: skip
JUDGED = pick("unacc acc good vgood", (70, 22, 4, 4))
LETTER = {"lettr": pick(" ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), **{f"x{at}": whole(0, 15) for at in range(16)}}
COVER = {f"c{at}": number(2000 / (at + 1), 300 / (at + 1), 0) for at in range(10)}
COVER |= {f"soil{at}": pick("0 1", (9, 1)) for at in range(10)}
PENGUINS = {
    "island": pick("Torgersen Biscoe Dream"),
    "bill": holes(number(44, 5, 1), 0.01, "NA"),
    "mass": holes(number(4200, 800, 0), 0.01, "NA"),
    "sex": holes(pick("male female"), 0.03, "NA"),
}
STUDENTS = {"Marital status": whole(1, 6), "Course": whole(1, 17), "Age at enrollment": whole(17, 60),
            "Admission grade": number(127, 14, 1), "Tuition fees up to date": pick("1 0")}  # fmt: skip
SHUTTLE = {f"s{at}": whole(-50, 120) for at in range(9)}


def several() -> list[Table]:
    """More than two classes."""
    return [*_several_1(), *_several_2()]


def _several_1() -> list[Table]:
    return [
        table("digits", 1797, "target", MULTICLASS, DIGITS, drawn=band("p20", "1 3 5 7 8 10 11 13 14",
              "0 1 2 3 4 5 6 7 8 9", 0.3)),
        table("optdigits", 1700, "digit", MULTICLASS, DIGITS, drawn=band("p20", "1 3 5 7 8 10 11 13 14",
              "0 1 2 3 4 5 6 7 8 9", 0.3), header=False),
        table("winequality-white", 3000, "quality", MULTICLASS, WINE, drawn=QUALITY, also=REGRESSION, delimiter=";",
              quoting=csv.QUOTE_NONNUMERIC),
        table("car.data", 1728, "class", MULTICLASS, {**CAR, "class": JUDGED}, header=False),
        table("car", 1728, "class", MULTICLASS, {**CAR, "class": JUDGED}),
        table("letter.data", 2600, "lettr", MULTICLASS, LETTER, header=False),
        table("covtype", 4000, "type", MULTICLASS, COVER, drawn=band("c0", "1500 1700 1900 2100 2300 2500",
              "1 2 3 4 5 6 7"), header=False),
        table("penguins", 688, "species", MULTICLASS, PENGUINS, drawn=band("bill", "42 47", "Adelie Gentoo Chinstrap")
              if False else lambda chance, _row: chance.choice(["Adelie", "Gentoo", "Chinstrap"])),
        table("yeast.data", 1484, "site", MULTICLASS, {"name": named("YP#####_YEAST"),
              **{f"m{at}": number(0.5, 0.12) for at in range(8)}}, drawn=band("m1", "0.35 0.45 0.6",
              "CYT NUC MIT ME3"), delimiter=" ", header=False, pad=" "),
    ]  # fmt: skip


def _several_2() -> list[Table]:
    return [
        table("isolet", 2600, "class", MULTICLASS, {f"f{at}": number(0, 0.5, 4) for at in range(30)},
              drawn=lambda chance, _row: str(chance.randint(1, 26))),
        table("sat.trn", 2000, "label", MULTICLASS, {f"b{at}": whole(30, 150) for at in range(36)}, delimiter=" ",
              header=False, drawn=band("b16", "50 70 90 110 130", "1 2 3 4 5 7")),
        table("page-blocks", 2400, "class", MULTICLASS, {"height": whole(1, 40), "area": skewed(900),
              "eccen": skewed(9, 3)}, delimiter=" ", header=False, pad="   ",
              drawn=lambda chance, _row: chance.choices("12345", (90, 6, 1, 1, 2))[0]),
        table("shuttle", 3000, "class", MULTICLASS, SHUTTLE, delimiter="\t", drawn=lambda chance, _row:
              chance.choices("1234567", (786, 1, 2, 155, 55, 1, 1))[0]),
        table("ag-news", 1200, "category", MULTICLASS, {"title": prose(6), "body": prose(60)},
              drawn=lambda chance, _row: chance.choice(["World", "Sports", "Business", "Sci/Tech"])),
        table("dropout", 2000, "Target", MULTICLASS, STUDENTS, delimiter=";", bom=True,
              drawn=band("Admission grade", "118 130", "Dropout Enrolled Graduate")),
        table("poker", 5000, "hand", MULTICLASS, {f"{kind}{at}": whole(1, 13) for at in range(5) for kind in "SC"},
              header=False, drawn=lambda chance, _row: chance.choices("0123456789",
              (501, 423, 48, 21, 4, 2, 1.4, 0.2, 0.02, 0.01))[0]),
        table("helena-like", 9000, "class", MULTICLASS, {f"V{at}": number(0, 3, 3) for at in range(8)},
              drawn=lambda chance, _row: str(chance.choices(range(60), [30 + (at * 37) % 90 for at in range(60)])[0])),
        table("nursery", 2000, "class", MULTICLASS, {"parents": pick("usual pretentious great_pret"),
              "form": pick("complete completed foster"), "social": pick("problematic slightly_prob"),
              "class": pick("not_recom priority spec_prior very_recom", (33, 33, 31, 3))}, header=False),
    ]  # fmt: skip
