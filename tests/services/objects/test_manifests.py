"""The manifest that jobs take for their input."""

from __future__ import annotations

import pytest

from services.errors import InvalidRequest
from services.objects import manifest_uris


def test_a_manifest_is_read_and_nothing_else_is_one() -> None:
    found = manifest_uris(b'[{"prefix": "s3://batches/x/"}, "a", "b/c"]')
    assert [str(each) for each in found] == ["s3://batches/x/a", "s3://batches/x/b/c"]
    for wrong in (b"{}", b"[]", b'["a"]', b'[{"prefix": 1}, "a"]', b'[{"prefix": "s3://batches/"}, 2]', b"no"):
        with pytest.raises(InvalidRequest, match="manifest"):
            manifest_uris(wrong)
