"""The signs of every cause, as data: stable fragments of real messages, never a whole sentence.

One table in several files, in the order in which signs of the same rank are tried: services.diagnosis.rules says how.
Where the fragments come from: tests/services/diagnosis/messages.csv.
"""

from services.diagnosis.signs import broad_hosting, broad_requests, codes, hosting, reach, requests, shared
from services.diagnosis.signs.sign import Sign

__all__ = ["TABLE", "Sign"]

TABLE: tuple[Sign, ...] = (
    *reach.SIGNS,
    *hosting.SIGNS,
    *requests.SIGNS,
    *codes.SIGNS,
    *broad_hosting.SIGNS,
    *broad_requests.SIGNS,
    *shared.SIGNS,
)
