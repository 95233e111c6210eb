"""Runs are their owner's alone, whoever guesses an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import NotFound
from services.evaluation import settings_of
from tests.services.evaluation.fakes import ITEMS, make, start, wait
from tests.services.evaluation.test_running import GRID


def test_nobody_sees_uses_cancels_or_deletes_anothers_run(tmp_path: Path) -> None:
    service = make(tmp_path)
    run = start(service, settings_of(GRID)[:1])
    wait(service, run)
    (setting,) = service.outcomes(run)
    service._keeping.owner = "somebody else"
    assert service.runs() == ()
    for reach in (service.view, service.outcomes, service.job, service.cancel, service.resume, service.delete_run):
        with pytest.raises(NotFound):
            reach(run)
    with pytest.raises(NotFound):
        service.export(run, "json")
    with pytest.raises(NotFound):
        service.use(run, setting)
    service._keeping.owner = "me"
    assert service.view(run).scored[0].done == len(ITEMS)
