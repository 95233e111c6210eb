"""Foreign words are never passed as HTML: no content security policy stops a `<meta http-equiv=refresh>`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# what each of these passes is our own style sheet, or was escaped character by character
ALLOWED = {"ui/main.py", "ui/bars.py", "ui/passage_view.py", "ui/chunk_text.py", "ui/chunk_figures.py"}


def test_html_is_written_only_where_it_is_escaped() -> None:
    for path in [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "unsafe_allow_html" not in text, path
        assert "st.html(" not in text or str(path.relative_to(ROOT)) in ALLOWED, path
        assert "components.v1" not in text, path
