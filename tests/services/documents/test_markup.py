from __future__ import annotations

import pytest

from services.documents.html import read_html
from services.documents.limits import DEFAULT_LIMITS, Limits
from services.documents.markdown import read_markdown
from services.documents.plain import read_text
from services.errors import DocumentRefused
from tests.services.documents.samples import make_html


def html(body: str) -> str:
    ((page,), _) = read_html(make_html(body), DEFAULT_LIMITS)
    return page.text


def markdown(source: str) -> str:
    ((page,), _) = read_markdown(source.encode(), DEFAULT_LIMITS)
    return page.text


def test_html_keeps_headings_lists_and_table_rows() -> None:
    body = (
        "<h1>Head</h1><p>One <b>bold</b>\n <i>word</i>.<ul><li>a<li>b<ol><li>c</ol></ul>"
        "<table><tr><th>x<th>y<tr><td><p>1</p></td><td><p>2</p></td></table>end<br>line"
    )
    assert html(body) == "Head\n\nOne bold word.\n\n- a\n- b\n\n  1. c\n\nx | y\n1 | 2\n\nend\nline"


def test_html_drops_scripts_navigation_and_what_is_hidden() -> None:
    body = (
        "<nav><ul><li>Home</ul></nav><script>steal()</script><style>p{}</style><p>Seen.</p>"
        "<p hidden>no</p><div style='display: none'>no <div>no</div></div><!-- no --><footer>no</footer>"
        "<svg><title>no</title><text>no</text></svg><noscript>no</noscript>"
    )
    assert html(body) == "Seen."


def test_a_page_that_is_all_navigation_is_read_all_the_same() -> None:
    assert html("<nav>Never closed <p>and yet the text") == "Never closed\n\nand yet the text"


def test_preformatted_text_keeps_its_lines_and_entities_are_letters() -> None:
    assert html("<pre>a\n  b</pre>x &lt;&eacute;&amp;nbsp;") == "a\n  b\n\nx <é&nbsp;"


def test_html_entities_of_its_own_are_not_expanded() -> None:
    source = b'<!DOCTYPE html [<!ENTITY a "haha"><!ENTITY b "&a;&a;">]><html><p>&b;'
    ((page,), _) = read_html(source, DEFAULT_LIMITS)
    assert "haha" not in page.text.replace('<!ENTITY a "haha">', "")


def test_the_encoding_a_page_declares_is_believed_where_it_fits() -> None:
    source = "<html><head><meta charset='windows-1251'><title>Да</title></head><p>Привет</html>".encode("cp1251")
    ((page,), title) = read_html(source, DEFAULT_LIMITS)
    assert (page.text, title) == ("Привет", "Да")


def test_a_page_nested_a_hundred_thousand_deep_is_read() -> None:
    assert html("<div><b>" * 50_000 + "deep") == "deep"


def test_an_html_page_without_text_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="no text"):
        read_html(make_html("<script>fill()</script>"), DEFAULT_LIMITS)


def test_markdown_keeps_what_is_said_and_drops_how_it_is_marked() -> None:
    source = (
        "# Head *x* #\n\nA [link](http://a.b/c_(d) 'T'), ![picture](p.png), `co_de_`, **bold** "
        "_it_ snake_case_x \\*star\\*.\n"
        "> quoted [^1]\n\n| a | b |\n|---|:-:|\n| 1 | **2** |\n\n- [ ] todo\n  * nested\n\n1. first\n\nSetext\n======\n"
        "```py\nx = **1**  # `y`\n```\n***\n<b>tag</b> <https://a.b> a < b &amp; c\n\n[ref]: http://x\n[^1]: The note."
    )
    assert markdown(source) == (
        "Head x\n\nA link, picture, co_de_, bold it snake_case_x *star*.\nquoted [1]\n\na | b\n1 | 2\n\n- todo\n"
        "  - nested\n\n"
        "1. first\n\nSetext\n\nx = **1** # `y`\n\ntag https://a.b a < b & c\n\n[1] The note."
    )


def test_front_matter_gives_the_title_and_comments_vanish() -> None:
    source = b'---\ntitle: "A title"\ntags: [x]\n---\nText <!-- not\nthis --> stays.'
    ((page,), title) = read_markdown(source, DEFAULT_LIMITS)
    assert (page.text, title) == ("Text\n stays.", "A title")


def test_the_first_heading_is_the_title_without_front_matter() -> None:
    assert read_markdown(b"Text.\n\n## Second *level*\n", DEFAULT_LIMITS)[1] == "Second level"


RUSSIAN = "Привет, это обычный русский текст о погоде и природе. Сегодня хорошая погода, и мы пойдём гулять в парк."
JAPANESE = "これは日本語の文章です。天気がとても良いので、公園へ散歩に行きましょう。東京は大きな都市です。"
CHINESE = "这是一个中文文本，今天的天气非常好，我们去公园散步吧。北京是一个很大的城市。"
FRENCH = "Voilà une phrase en français, où l'été était très chaud. Le café était fermé à cause de la fête."
GREEK = "Αυτό είναι ένα απλό ελληνικό κείμενο για τον καιρό και τη φύση."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN * 5, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (FRENCH, "latin-1"),
        ("Größe „quoted“ – und Übermut tut selten gut. Die Straße war naß.", "cp1252"),
        ("He said “hello” and left." * 10, "cp1252"),
        (GREEK, "cp1253"),
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (JAPANESE, "utf-16"),
        ("plain English in wide letters", "utf-16-le"),
        ("plain English in wide letters", "utf-16-be"),
        (GREEK, "utf-32"),
    ],
)
def test_text_is_read_in_the_encoding_it_has(text: str, encoding: str) -> None:
    ((page,), _) = read_text(text.encode(encoding), DEFAULT_LIMITS)
    assert page.text == text


def test_a_few_bad_bytes_do_not_spoil_utf8() -> None:
    ((page,), _) = read_text(FRENCH.encode() * 3 + b" cut \xc3", DEFAULT_LIMITS)
    assert page.text == FRENCH * 3 + " cut \ufffd"


@pytest.mark.parametrize("data", [b"ab\0cd" * 100, bytes(range(32)) * 50 + b"text", b"\x01\x02words\x03" * 50])
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefused, match="binary data"):
        read_text(data, DEFAULT_LIMITS)


def test_form_feeds_divide_text_into_pages() -> None:
    pages, _ = read_text(b"one\n\ftwo\f\fthree", DEFAULT_LIMITS)
    assert [(page.number, page.text) for page in pages] == [(1, "one"), (2, "two"), (3, ""), (4, "three")]


def test_what_cannot_be_seen_or_turns_text_around_is_removed() -> None:
    source = (
        "a\u202ebc\u2066d\u2069 e\u0301\u200b\u00adf\x07\ufeff\U000e0041 x\u00a0\u00a0y  z \r\n\r\n\r\n\r\nend\t \n"
    )
    ((page,), _) = read_text(source.encode(), DEFAULT_LIMITS)
    assert page.text == "abcd éf x y z\n\nend"


def test_letters_drawn_in_special_shapes_become_plain_ones() -> None:
    ((page,), _) = read_text("ﬁle oﬃce ﻣﺮﺣﺒﺎ \uf0b7 item".encode(), DEFAULT_LIMITS)
    assert page.text == "file office مرحبا • item"


def test_joiners_that_scripts_need_stay() -> None:
    persian, family = "می\u200cخواهم", "👨\u200d👩\u200d👧"
    ((page,), _) = read_text(f"{persian} {family}".encode(), DEFAULT_LIMITS)
    assert page.text == f"{persian} {family}"


def test_a_thousand_accents_on_a_letter_become_eight() -> None:
    ((page,), _) = read_text(("z" + "\u0301\u0323" * 500_000).encode(), DEFAULT_LIMITS)
    assert len(page.text) <= 9


@pytest.mark.parametrize("reads", [read_text, read_markdown, read_html])
def test_too_much_text_is_refused(reads: object) -> None:
    assert callable(reads)
    with pytest.raises(DocumentRefused, match="more than 100 characters"):
        reads(b"word " * 100, Limits(characters=100))
