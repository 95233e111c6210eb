"""Follow-ups ("and when?"): how often the right passage is found as they were asked, and made to stand alone.

    python -m benchmarks.follow_ups

Twelve made-up second questions in six languages, each with its turn before, over 69 passages, sixty of which speak of
the same kinds of things elsewhere. In the sandbox, so the deterministic way, without a language model that rewrites.
"""

from __future__ import annotations

import time

from benchmarks.harness import Report, deploy_pair, fresh_home
from services.connection import connect_sandbox
from services.console import Console
from services.knowledge import IngestRequest, SearchSettings, Upload
from services.knowledge.follow_up import leans, stand_alone

BEST, LEAST, WAIT_SECONDS = 5, 0.9, 120.0
Turn = tuple[str, str, str]  # the question before, its answer, the follow-up
SPOKEN: dict[str, tuple[Turn, ...]] = {
    "The lighthouse of Sandholm was built in 1841 by the engineer Ada Winter. It is 38 metres high.": (
        ("Who built the lighthouse of Sandholm?", "Ada Winter built it in 1841 [1].", "How high is it?"),
        ("Who built the lighthouse of Sandholm?", "Ada Winter [1].", "And when?"),
    ),
    "The ferry to Korrin leaves at nine and at four. A ticket costs eleven crowns, for children six.": (
        ("When does the ferry to Korrin leave?", "At nine and at four [1].", "How much does it cost?"),
        ("When does the ferry to Korrin leave?", "At nine and four [1].", "And for children?"),
    ),
    "Marta Lund was born in Ostby in 1902. She painted the altar of the church of Vell and died in 1971.": (
        ("Who painted the altar of the church of Vell?", "Marta Lund painted it [1].", "Where was she born?"),
        ("Who painted the altar of the church of Vell?", "Marta Lund [1].", "When did she die?"),
    ),
    "A lost laptop is reported within four hours. Whoever reports it late pays a fifth of its price.": (
        ("How soon is a lost laptop reported?", "Within four hours [1].", "What happens if it is late?"),
    ),
    "Die Bibliothek von Neustadt verleiht Bücher sechs Wochen lang. Die Verlängerung kostet zwei Euro.": (
        ("Wie lange verleiht die Bibliothek von Neustadt Bücher?", "Sechs Wochen [1].", "Und was kostet mehr Zeit?"),
    ),
    "Le musée de Valmont ouvre à dix heures. Il est fermé le mardi, et gratuit pour les étudiants.": (
        ("À quelle heure ouvre le musée de Valmont ?", "À dix heures [1].", "Quand est-il fermé ?"),
    ),
    "El puente de Alcora fue construido en 1788. Mide 120 metros de largo y fue reparado en 1954.": (
        ("¿Cuándo fue construido el puente de Alcora?", "En 1788 [1].", "¿Y cuánto mide?"),
    ),
    "Музей в Залесье открыт с десяти часов. Билет стоит триста рублей, по средам вход бесплатный.": (
        ("Когда открыт музей в Залесье?", "С десяти часов [1].", "А сколько стоит билет?"),
    ),
    "青山图书馆每天八点开门。借书期限是四个星期，逾期每天罚款一元。": (
        ("青山图书馆几点开门？", "八点 [1]。", "那借书期限呢？"),
    ),
}
NAMES = "Brunn Calder Dorn Elvas Faro Gessel Harrow Imber Jarrow Kell Lorne Mallow Norden Orrin Pell Quarr Rosen Selby"


def others() -> list[str]:
    """Passages that a follow-up without its subject may as well mean."""
    told = []
    for number, name in enumerate([*NAMES.split(), "Tarn", "Ulver"]):
        told += [
            f"The lighthouse of {name} was built in {1700 + number * 9}. It is {20 + number} metres high.",
            f"The ferry to {name} leaves at {number % 12 + 1}. A ticket costs {number + 3} crowns, for children two.",
            f"The museum of {name} is closed on Mondays. Its keeper was born in {1900 + number} and died late.",
        ]
    return told


def read_in(console: Console, embedding: str) -> None:
    """Read every passage in as a document of its own."""
    files = tuple(Upload(f"{n}.txt", text.encode()) for n, text in enumerate([*SPOKEN, *others()]))
    job, until = console.knowledge.ingest(IngestRequest(files, embedding)), time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        view = console.jobs.view(job, console.owner)
        if view is not None and view.ended is not None:
            return
        time.sleep(0.1)
    raise SystemExit("The passages were not read in in time.")


def main() -> int:
    """Print the figures; 0 if follow-ups find their passage."""
    report = Report()
    with fresh_home() as home:
        embedding, _ = deploy_pair(home)
        console = Console(connect_sandbox(home), folder=home)
        read_in(console, embedding)
        turns = [(text, turn) for text, spoken in SPOKEN.items() for turn in spoken]

        def first(text: str, asked: str) -> tuple[bool, bool]:
            found = console.knowledge.retrieve(asked, embedding, SearchSettings(k=BEST))
            return any(each.text.strip() == text for each in found), bool(found) and found[0].text.strip() == text

        plain = [first(text, follow) for text, (_, _, follow) in turns]
        alone = [
            first(text, stand_alone(follow, (("user", asked), ("assistant", said))).text)
            for text, (asked, said, follow) in turns
        ]
        left = [leans(asked, (("user", "Who keeps the bees of the northern garden?"),)) for _, (asked, _, _) in turns]
    for name, rows in (("as asked", plain), ("made to stand alone", alone)):
        least = LEAST if rows is alone else None
        report.figure(f"hit@{BEST} of {len(turns)} follow-ups {name}", sum(a for a, _ in rows) / len(rows), "", least,
                      most=False)  # fmt: skip
        report.figure(f"hit@1 {name}", sum(b for _, b in rows) / len(rows), "")
    report.figure("whole questions wrongly taken for follow-ups", sum(left) / len(left), "")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
