"""Findings that somebody put aside, with the reason: kept for the account, for everybody who looks at it here."""

from __future__ import annotations

from datetime import UTC, datetime

from services.errors import InvalidRequest
from services.resources import Key, Kind
from services.savings.models import Finding, Kept, What
from services.state import State

LONGEST_WHY = 300
_SCHEMA = """
create table if not exists savings_kept (
    account text not null, kind text not null, name text not null, region text not null, what text not null,
    made text not null, why text not null, by text not null, at text not null,
    primary key (account, kind, name, region, what)
);
"""


class Keeping:
    """What was put aside in one account (`partition/number`); `owner` is who does it now."""

    def __init__(self, state: State, account: str, owner: str) -> None:
        self._state, self._account, self.owner = state, account, owner

    def kept(self) -> tuple[Kept, ...]:
        """Everything put aside, the newest first."""
        self._ensure()
        rows = self._state.read("select * from savings_kept where account = ? order by at desc", self._account)
        known = {str(each) for each in Kind}
        return tuple(
            Kept(
                key=Key(Kind(row["kind"]), row["name"], row["region"]),
                what=What(row["what"]),
                why=row["why"],
                by=row["by"],
                at=datetime.fromisoformat(row["at"]),
                made=row["made"],
            )
            for row in rows
            if row["kind"] in known
        )

    def keep(self, finding: Finding, why: str) -> None:
        """Put a finding aside. Raises InvalidRequest without a reason."""
        why = " ".join(why.split())
        if not why:
            raise InvalidRequest("Say why it is kept.", "Whoever looks next has to know.", "A few words do.")
        if len(why) > LONGEST_WHY:
            raise InvalidRequest("This reason is too long.", f"At most {LONGEST_WHY} letters are kept.", "Shorten it.")
        self._ensure()
        kind, name, region = finding.key
        made = finding.made.isoformat() if finding.made else ""
        self._state.write(
            "insert or replace into savings_kept values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._account, str(kind), name, region, str(finding.what), made, why, self.owner,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip

    def show_again(self, key: Key, what: What) -> None:
        """Take it back: it is a finding again."""
        self._ensure()
        self._state.write(
            "delete from savings_kept where account = ? and kind = ? and name = ? and region = ? and what = ?",
            self._account, str(key.kind), key.name, key.region, str(what),
        )  # fmt: skip

    def _ensure(self) -> None:
        self._state.ensure("savings", _SCHEMA)
