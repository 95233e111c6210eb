"""One thin script a view. May import ui and what the Console gives; tested in tests/pages through ui/main.py."""
