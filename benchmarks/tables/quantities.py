"""Tables whose target is a quantity, modelled on public ones."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable

from benchmarks.tables.classes import REGRESSION, Row
from benchmarks.tables.making import Table, counted, dated, holes, named, number, pick, skewed, table, whole


def line(column: str, slope: float, base: float, noise: float, places: int = 2, least: float | None = None,
         most: float | None = None) -> Callable[[random.Random, Row], str]:  # fmt: skip
    """A quantity that grows with a column."""

    def draw(chance: random.Random, row: Row) -> str:
        text = row[column].replace(",", ".")
        value = base + slope * (float(text) if text.replace(".", "").replace("-", "").isdigit() else 0.0)
        value += chance.gauss(0, noise)
        value = value if least is None else max(least, value)
        return f"{value if most is None else min(most, value):.{places}f}"

    return draw


def commas(draw: Callable[[random.Random, Row], str]) -> Callable[[random.Random, Row], str]:
    """The same with a decimal comma."""
    return lambda chance, row: draw(chance, row).replace(".", ",")


def with_comma(maker: Callable[[random.Random, int], list[str]]) -> Callable[[random.Random, int], list[str]]:
    """A column with decimal commas."""
    return lambda chance, rows: [cell.replace(".", ",") for cell in maker(chance, rows)]


def money(draw: Callable[[random.Random, Row], str]) -> Callable[[random.Random, Row], str]:
    """The same as an amount of dollars."""
    return lambda chance, row: f"${float(draw(chance, row)):,.0f}"


HOUSING = {"longitude": number(-119, 2), "latitude": number(35, 2), "total_rooms": skewed(2600),
           "total_bedrooms": holes(skewed(530), 0.01), "median_income": number(3.8, 1.5, 4, 0.5),
           "ocean_proximity": pick("NEAR BAY|INLAND|<1H OCEAN|ISLAND", (20, 40, 39, 1))}  # fmt: skip
ABALONE = {"Sex": pick("M F I"), "Length": number(0.52, 0.12, 3, 0.07), "Diameter": number(0.4, 0.1, 3, 0.05),
           "Whole": number(0.83, 0.4, 4, 0.002), "Shell": number(0.24, 0.13, 4, 0.002)}  # fmt: skip
RINGS = line("Shell", 14, 6.5, 2.4, 0, 1, 29)
BIKE = {"instant": counted(), "dteday": dated(hours=1), "season": whole(1, 4), "hr": whole(0, 23),
        "holiday": pick("0 1", (97, 3)), "temp": number(0.5, 0.2), "hum": number(0.6, 0.2)}  # fmt: skip
SEOUL = {"Date": dated("%d/%m/%Y", 1), "Hour": whole(0, 23), "Temperature(°C)": number(13, 11, 1),
         "Wind speed (m/s)": number(1.7, 1, 1, 0), "Seasons": pick("Spring Summer Autumn Winter")}  # fmt: skip
AIRFOIL = {"f": pick("800 1000 1250 1600 2000"), "angle": number(6, 5, 1), "chord": pick("0.3048 0.2286"),
           "speed": pick("71.3 39.6 31.7")}  # fmt: skip
CONCRETE = {"Cement (component 1)(kg in a m^3 mixture)": number(280, 100, 1, 100), "Water, kg": number(180, 20, 1),
            "Age (day)": pick("3 7 28 90")}  # fmt: skip
AMES = {"Id": counted(), "MSZoning": pick("RL RM FV"), "LotFrontage": holes(number(70, 20, 0), 0.18, "NA"),
        "Alley": holes(pick("Grvl Pave"), 0.93, "NA"), "OverallQual": whole(1, 10), "YearBuilt": whole(1880, 2010),
        "GrLivArea": number(1500, 500, 0, 400)}  # fmt: skip
INSURANCE = {"age": whole(18, 64), "sex": pick("male female"), "bmi": number(30, 6, 2), "smoker": pick("no yes")}
PUPILS = {"school": pick("GP MS"), "sex": pick("F M"), "age": whole(15, 22), "studytime": whole(1, 4),
          "absences": skewed(4), "G1": whole(0, 19), "G2": whole(0, 19)}  # fmt: skip
PLANT = {"AT": with_comma(number(19, 7)), "V": with_comma(number(54, 12)), "AP": with_comma(number(1013, 6))}
AIR = {"Date": dated("%d/%m/%Y", 1), "Time": dated("%H.%M.%S", 1), "CO(GT)": with_comma(number(2, 1.4, 1, 0)),
       "T": with_comma(number(18, 8, 1))}  # fmt: skip
CARS = {"make": pick("Audi|BMW|Škoda|Citroën"), "year": whole(1998, 2020), "mileage": skewed(60000)}
CRIME = {"state": whole(1, 56), "community": holes(named("####"), 0.5, "?"), "name": named("City####"),
         "pop": number(0.3, 0.2, 2, 0), "income": number(0.4, 0.2, 2, 0)}  # fmt: skip
CPU = {"lread": whole(0, 800), "scall": whole(109, 12493), "freemem": whole(55, 12027)}


def quantities() -> list[Table]:
    """All of them."""
    return [*_quantities_1(), *_quantities_2(), *_quantities_3()]


def _quantities_1() -> list[Table]:
    return [
        table("california", 3000, "median_house_value", REGRESSION, HOUSING,
              drawn=line("median_income", 42000, 45000, 60000, 1, 14999, 500001)),
        table("abalone.data", 3000, "Rings", REGRESSION, ABALONE, drawn=RINGS, header=False),
        table("abalone", 3000, "Rings", REGRESSION, ABALONE, drawn=RINGS),
        table("bike-hour", 4000, "cnt", REGRESSION, BIKE, drawn=line("hr", 14, 30, 120, 0, 1)),
        table("seoul-bike", 2000, "Rented Bike Count", REGRESSION, SEOUL, encoding="cp1252",
              drawn=line("Temperature(°C)", 25, 300, 300, 0, 0)),
        table("airfoil", 1503, "sound", REGRESSION, AIRFOIL, delimiter="\t", header=False,
              drawn=line("angle", -0.5, 125, 6, 3)),
        table("concrete", 1030, "strength, MPa", REGRESSION, CONCRETE,
              drawn=line("Age (day)", 0.2, 25, 12, 2, 2)),
        table("ames", 1460, "SalePrice", REGRESSION, AMES, drawn=line("GrLivArea", 107, 18000, 40000, 0, 34900)),
        table("insurance", 1338, "charges", REGRESSION, INSURANCE, drawn=line("age", 260, 3000, 6000, 5, 1100)),
    ]  # fmt: skip


def _quantities_2() -> list[Table]:
    return [
        table("student-por", 649, "G3", REGRESSION, PUPILS, drawn=line("G2", 0.9, 1.2, 1.6, 0, 0, 19), delimiter=";",
              quoting=csv.QUOTE_NONNUMERIC),
        table("power-plant", 2000, "PE", REGRESSION, PLANT, drawn=commas(line("AT", -2.1, 495, 4)), delimiter=";"),
        table("air-quality", 2000, "T2", REGRESSION, AIR, drawn=commas(line("T", 0.9, 1, 2, 1)), delimiter=";",
              trailing=True),
        table("diamonds", 4000, "price", REGRESSION, {"carat": number(0.8, 0.4, 2, 0.2),
              "cut": pick("Ideal Premium Good"), "table": number(57, 2, 1)},
              drawn=line("carat", 7700, -2200, 1200, 0, 326)),
        table("used-cars", 1500, "price", REGRESSION, CARS, drawn=money(line("year", 900, -1790000, 4000, 0, 500))),
        table("forestfires", 517, "area", REGRESSION, {"X": whole(1, 9), "month": pick("aug sep mar"),
              "FFMC": number(90, 5, 1), "temp": number(19, 6, 1)}, drawn=lambda chance, _row: "0.00"
              if chance.random() < 0.48 else f"{chance.expovariate(1 / 25):.2f}"),
        table("year-song", 3000, "year", REGRESSION, {"year": lambda chance, rows: [
              str(min(2011, int(2012 - chance.expovariate(1 / 11)))) for _ in range(rows)],
              **{f"t{at}": number(0, 20, 5) for at in range(12)}}, header=False),
        table("news-shares", 3000, "shares", REGRESSION, {"url": named("http://example.com/2013/####/"),
              " n_tokens_title": whole(4, 20), " num_hrefs": whole(0, 60)}, pad=" ",
              drawn=lambda chance, _row: str(int(chance.lognormvariate(7.4, 0.9)))),
        table("communities", 1994, "ViolentCrimesPerPop", REGRESSION, CRIME, header=False,
              drawn=line("income", -0.3, 0.4, 0.15, 2, 0, 1)),
    ]  # fmt: skip


def _quantities_3() -> list[Table]:
    return [
        table("facebook-500", 500, "Total Interactions", REGRESSION, {"Type": pick("Photo Status Link"),
              "Page total likes": whole(81000, 139000), "Post Hour": whole(1, 23)}, delimiter=";",
              drawn=lambda chance, _row: str(int(chance.lognormvariate(4.8, 1.0)))),
        table("cpu-act", 3000, "usr", REGRESSION, CPU, drawn=lambda chance, _row: str(
              max(0, min(99, int(100 - chance.expovariate(1 / 14)))))),
        table("real-estate", 700, "Y house price of unit area", REGRESSION, {"No": counted(), "X2 house age":
              number(17, 11, 1, 0), "X3 distance": skewed(1000, 4)}, drawn=line("X2 house age", -0.3, 43, 11, 1, 7)),
        table("purchase", 4000, "Purchase", REGRESSION, {"User_ID": whole(1000001, 1006040), "Gender": pick("M F"),
              "Age": pick("0-17 18-25 26-35 55+"), "Stay": pick("0 1 2 3 4+")},
              drawn=lambda chance, _row: str(int(chance.gauss(9263, 4000)))),
        table("delays", 3500, "ARR_DELAY", REGRESSION, {"FL_DATE": dated(hours=1), "CARRIER": pick("AA DL UA WN"),
              "DISTANCE": skewed(800)}, drawn=lambda chance, _row: "" if chance.random() < 0.02
              else str(int(chance.expovariate(1 / 22)) - 15)),
        table("auto-mpg", 796, "mpg", REGRESSION, {"mpg": number(23, 7, 1, 9), "cyl": pick("4 6 8"), "weight":
              number(2970, 800, 0), "car name": pick("ford pinto|amc hornet|honda civic")}, delimiter=" ",
              header=False, pad="  ", quoting=csv.QUOTE_MINIMAL),
        table("parkinsons", 2000, "total_UPDRS", REGRESSION, {"subject#": whole(1, 42), "Jitter(%)":
              number(0.006, 0.002, 5, 0.001), "PPE": number(0.22, 0.09, 5)}, drawn=line("PPE", 20, 25, 9, 3, 7)),
        table("claims", 4000, "ClaimNb", REGRESSION, {"Exposure": number(0.5, 0.2, 2, 0.01), "Area": pick("A B C D"),
              "Density": skewed(1700)}, drawn=lambda chance, _row: str(min(11, int(chance.expovariate(1.6)))),
              also="MulticlassClassification"),
    ]  # fmt: skip
