"""Foreign words stay words; tests/browser shows what Streamlit's Markdown makes of them."""

import re

import pytest

from ui.escape import answer, code, literal

HOSTILE = [
    "![x](http://127.0.0.1:9/x.png)",
    "[click](http://127.0.0.1:9/)",
    "<img src=http://127.0.0.1:9/x>",
    "![x][r]\n\n[r]: http://127.0.0.1:9/x.png",
    "<http://127.0.0.1:9/>",
    "```\n![x](http://127.0.0.1:9/x.png)",
    "~~~mermaid\ngraph TD; A[<img src='http://127.0.0.1:9/x'>]\n~~~",
    "`` ` ``![x](http://127.0.0.1:9/x.png)`",
    "&#33;[x](http://127.0.0.1:9/x.png)",
    "\\![x](http://127.0.0.1:9/x.png)",
]


def outside_code(markdown: str) -> str:
    without_blocks = re.sub(r"^(`{3,})text\n.*?^\1$", "", markdown, flags=re.S | re.M)
    return re.sub(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", without_blocks)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_image_link_or_html_survives_in_an_answer(text: str) -> None:
    shown = outside_code(answer(text))
    assert not re.search(r"(?<!\\)[\[\]<]", shown), shown
    assert "http://" not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_no_image_link_or_html_survives_in_a_name(text: str) -> None:
    shown = outside_code(literal(text))
    assert not re.search(r"(?<!\\)[\[\]<!`]", shown), shown
    assert "http://" not in shown


def test_an_answer_keeps_its_modest_formatting() -> None:
    text = "**Bold**, *italic* and `code`:\n\n- one\n- two\n\n1. first\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert answer(text).replace("\u2060", "") == text


def test_a_heading_of_a_model_is_only_bold() -> None:
    assert answer("# Sagedeck says") == "**Sagedeck says**"


def test_a_code_block_cannot_be_left_or_become_a_diagram() -> None:
    shown = answer("```mermaid\ngraph TD\n````\n![x](http://127.0.0.1:9/x.png)")
    assert "mermaid" not in shown.split("\n")[1]
    assert shown.count("`````") == 0 or shown.index("graph") < shown.index("!")


def test_a_directive_of_streamlit_is_shown_as_it_is_written() -> None:
    assert ":material/" not in literal(":material/check_circle: Done")
    assert ":red-badge[" not in answer(":red-badge[Deleted]")


def test_money_is_not_read_as_mathematics() -> None:
    assert answer("between $5 and $10") == "between \\$5 and \\$10"


def test_a_code_span_holds_any_number_of_backticks() -> None:
    assert code("a``b") == "```a``b```"
    assert code("`a`") == "`` `a` ``"
