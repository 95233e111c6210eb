"""The signs of every cause, as data: stable fragments of real messages, never a whole sentence.

One table in three files, in the order in which signs of the same rank are tried: services.diagnosis.rules says how.
Where the fragments come from: tests/services/diagnosis/messages.csv.
"""

from services.diagnosis.signs import hosting, reach, requests
from services.diagnosis.signs.sign import Sign

__all__ = ["TABLE", "Sign"]

TABLE: tuple[Sign, ...] = (*reach.SIGNS, *hosting.SIGNS, *requests.SIGNS)
