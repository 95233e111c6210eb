"""Tables made in code: what there is to learn in them is known."""

import csv
import io
import math
import random
from collections.abc import Sequence


def churn(rows: int = 600, seed: int = 1) -> tuple[list[str], list[list[str]]]:
    """Header and rows; a formula of four columns, with little noise, says who churns."""
    chance = random.Random(seed)
    made = []
    for _ in range(rows):
        age, plan, abroad = chance.randint(18, 80), chance.choice(("basic", "pro", "max")), chance.choice(("yes", "no"))
        minutes, joined = round(chance.gauss(200, 50), 1), f"20{chance.randint(10, 24)}-0{chance.randint(1, 9)}-15"
        leaning = (minutes - 200) / 50 + (1.5 if abroad == "yes" else -0.5) + (age - 50) / 30 + chance.gauss(0, 0.3)
        shown = "" if chance.random() < 0.02 else str(minutes)
        made.append([str(age), plan, abroad, joined, shown, "True." if leaning > 0.5 else "False."])
    return ["age", "plan", "Int'l Plan", "joined", "minutes", "Churn?"], made


def prices(rows: int = 600, seed: int = 2) -> tuple[list[str], list[list[str]]]:
    """A regression: price by area and town."""
    chance = random.Random(seed)
    made = []
    for _ in range(rows):
        area, town = chance.uniform(30, 200), chance.choice(("Ulm", "Bonn", "Kiel"))
        price = 1000 * area + {"Ulm": 0, "Bonn": 30000, "Kiel": 60000}[town] + chance.gauss(0, 3000)
        made.append([f"{area:.1f}", town, f"{price:.2f}"])
    return ["area", "town", "price"], made


def reviews(rows: int = 600, seed: int = 3) -> tuple[list[str], list[list[str]]]:
    """Sentences and whether they are kind."""
    chance = random.Random(seed)
    kind, unkind = ("lovely", "great", "warm", "excellent"), ("awful", "cold", "broken", "terrible")
    made = []
    for _ in range(rows):
        label = chance.choice(("good", "bad"))
        words = [chance.choice(("the", "room", "was", "and", "food", "very")) for _ in range(6)]
        words.insert(3, chance.choice(kind if label == "good" else unkind))
        made.append([" ".join(words), label])
    return ["review", "label"], made


def demand(days: int = 140, seed: int = 4) -> tuple[list[str], list[list[str]]]:
    """Two series with a season of a week."""
    chance = random.Random(seed)
    made = []
    for item in ("tea", "coffee"):
        for day in range(days):
            value = 50 + 20 * math.sin(2 * math.pi * day / 7) + chance.gauss(0, 1)
            made.append([item, f"2025-{1 + day // 28:02d}-{1 + day % 28:02d}", f"{value:.2f}"])
    return ["item", "day", "sold"], made


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([header, *rows] if header else rows)
    return written.getvalue().encode()
