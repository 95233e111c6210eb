"""Filters, projections and updates on JSON documents, as the Data API defines them for collections."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.dataapi.refusals import MAX_FILTER_FIELDS, MAX_IN_VALUES, Refusal

MISSING = object()
Document = dict[str, Any]


def at(document: Any, path: str) -> Any:
    """The value at a dotted path (list positions are numbers), MISSING when there is none."""
    for part in path.split("."):
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return MISSING
    return document


def plain(value: Any) -> Any:
    """A value in a form that compares: {"$date": n} is n, {"$uuid": s} and {"$objectId": s} are s."""
    if isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        if key in ("$date", "$uuid", "$objectId"):
            return value[key]
    return value


def _equal(value: Any, wanted: Any) -> bool:
    value, wanted = plain(value), plain(wanted)
    if isinstance(value, bool) != isinstance(wanted, bool):
        return isinstance(value, list) and wanted in value
    return bool(value == wanted) or (isinstance(value, list) and wanted in value)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(value: Any, wanted: Any) -> bool:
        value, wanted = plain(value), plain(wanted)
        numbers = (int, float)
        alike = isinstance(value, numbers) and isinstance(wanted, numbers)
        return (alike or (isinstance(value, str) and isinstance(wanted, str))) and test(value, wanted)

    return compare


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": _equal,
    "$ne": lambda value, wanted: not _equal(value, wanted),
    "$in": lambda value, wanted: any(_equal(value, one) for one in wanted),
    "$nin": lambda value, wanted: not any(_equal(value, one) for one in wanted),
    "$gt": _ordered(lambda value, wanted: value > wanted),
    "$gte": _ordered(lambda value, wanted: value >= wanted),
    "$lt": _ordered(lambda value, wanted: value < wanted),
    "$lte": _ordered(lambda value, wanted: value <= wanted),
    "$exists": lambda value, wanted: (value is not MISSING) == wanted,
    "$all": lambda value, wanted: isinstance(value, list) and all(one in value for one in wanted),
    "$size": lambda value, wanted: isinstance(value, list) and len(value) == wanted,
}


def matches(document: Document, condition: Mapping[str, Any]) -> bool:
    """Whether a document fulfils a (checked) filter."""
    for key, wanted in condition.items():
        if key == "$and":
            fits = all(matches(document, part) for part in wanted)
        elif key == "$or":
            fits = any(matches(document, part) for part in wanted)
        elif key == "$not":
            fits = not matches(document, wanted)
        else:
            value = at(document, key)
            fits = all(_OPERATORS[name](value, operand) for name, operand in _tests(wanted))
        if not fits:
            return False
    return True


def _tests(wanted: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(wanted, dict) and wanted and all(key.startswith("$") for key in wanted) and plain(wanted) is wanted:
        yield from wanted.items()
    else:
        yield "$eq", wanted


def check(condition: Any, indexed: Callable[[str], bool]) -> int:
    """Refuse a filter the server would refuse; returns how many fields it names."""
    if not isinstance(condition, dict):
        raise Refusal("FILTER_INVALID_EXPRESSION", "Unsupported filter clause: filter must be a JSON Object.")
    fields = 0
    for key, wanted in condition.items():
        if key in ("$and", "$or"):
            if not isinstance(wanted, list):
                raise Refusal("FILTER_INVALID_EXPRESSION", f"Unsupported filter clause: '{key}' needs an Array.")
            fields += sum(check(part, indexed) for part in wanted)
        elif key == "$not":
            fields += check(wanted, indexed)
        else:
            _check_field(key, wanted, indexed)
            fields += 1
    if fields > MAX_FILTER_FIELDS:
        message = f"Filter has {fields} fields, exceeds maximum allowed ({MAX_FILTER_FIELDS})."
        raise Refusal("FILTER_FIELDS_LIMIT_VIOLATION", message)
    return fields


def _check_field(key: str, wanted: Any, indexed: Callable[[str], bool]) -> None:
    if key.startswith("$"):
        raise Refusal("FILTER_INVALID_EXPRESSION", f"Unsupported filter clause: operator '{key}' cannot stand here.")
    for name, operand in _tests(wanted):
        if name not in _OPERATORS:
            raise Refusal("FILTER_UNSUPPORTED_OPERATOR", f"Unsupported filter operator '{name}'.")
        if name in ("$in", "$nin", "$all"):
            if not isinstance(operand, list):
                raise Refusal("FILTER_INVALID_EXPRESSION", f"Unsupported filter clause: '{name}' needs an Array.")
            if len(operand) > MAX_IN_VALUES:
                message = f"Unsupported filter clause: '{name}' operator must have at most {MAX_IN_VALUES} values."
                raise Refusal("FILTER_INVALID_EXPRESSION", message)
        if key == "_id" and name not in ("$eq", "$in", "$ne", "$nin", "$exists"):
            raise Refusal("FILTER_ID_NOT_INDEXED", f"Collection field '_id' cannot be filtered with '{name}'.")
    if not indexed(key):
        raise Refusal("FILTER_PATH_UNINDEXED", f"Collection path '{key}' is not indexed: cannot filter on that path.")


def project(document: Document, projection: Mapping[str, Any] | None) -> Document:
    """The fields of a document a projection asks for. `$vector` comes only when named or with "*"."""
    wanted = dict(projection or {})
    everything = bool(wanted.pop("*", 0))
    vector = bool(wanted.pop("$vector", everything))
    identity = wanted.pop("_id", None)
    included = [path for path, flag in wanted.items() if flag]
    excluded = [path for path, flag in wanted.items() if not flag]
    body = {key: value for key, value in document.items() if key not in ("_id", "$vector")}
    kept: Document = {}
    if included and not everything:
        for path in included:
            kept = _merged(kept, _picked(body, path.split(".")))
    elif everything or excluded or not identity:
        kept = copy.deepcopy(body)
        for path in excluded:
            remove(kept, path)
    shows_id = (identity is None or identity) and "_id" in document
    head: Document = {"_id": document["_id"]} if shows_id else {}
    return head | kept | ({"$vector": document["$vector"]} if vector and "$vector" in document else {})


def _picked(value: Any, parts: list[str]) -> Any:
    """What stands at a path, in the objects and arrays it stands in; MISSING if nothing does."""
    if not parts:
        return copy.deepcopy(value)
    if isinstance(value, list):
        return [found for item in value if (found := _picked(item, parts)) is not MISSING]
    if isinstance(value, dict):
        found = _picked(value[parts[0]], parts[1:]) if parts[0] in value else MISSING
        return {} if found is MISSING else {parts[0]: found}
    return MISSING


def _merged(one: Any, other: Any) -> Any:
    """Two pickings of one value put together."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: _merged(one[key], value) if key in one else value for key, value in other.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_merged(left, right) for left, right in zip(one, other, strict=True)]
    return other


def put(document: Document, path: str, value: Any) -> None:
    """Set the value at a dotted path, making what is missing on the way."""
    *way, last = path.split(".")
    for part in way:
        document = document.setdefault(part, {})
    document[last] = value


def remove(document: Document, path: str) -> bool:
    """Remove what is at a dotted path; False when nothing is."""
    *way, last = path.split(".")
    holder = at(document, ".".join(way)) if way else document
    if isinstance(holder, dict) and last in holder:
        del holder[last]
        return True
    return False


def update(document: Document, change: Mapping[str, Any], *, inserting: bool = False) -> Document:
    """A changed copy of a document: $set, $unset, $inc, $push, $addToSet, $setOnInsert, $rename, $min, $max, $mul."""
    new = copy.deepcopy(document)
    for operator, fields in change.items():
        if operator not in _UPDATES or not isinstance(fields, dict):
            raise Refusal("UNSUPPORTED_UPDATE_OPERATION", f"Unsupported update operation: '{operator}'.")
        if operator == "$setOnInsert" and not inserting:
            continue
        for path, operand in fields.items():
            try:
                _UPDATES[operator](new, path, operand)
            except (TypeError, AttributeError):  # what stands there, or on the way there, is of another kind
                raise Refusal(
                    "UNSUPPORTED_UPDATE_OPERATION_TARGET",
                    f"Unsupported target JSON value for update operation: {operator} does not fit what is at '{path}'.",
                ) from None
    return new


def _smaller_or_larger(combine: Callable[[Any, Any], Any]) -> Callable[[Document, str, Any], None]:
    def apply(document: Document, path: str, operand: Any) -> None:
        value = at(document, path)
        put(document, path, operand if value is MISSING else combine(value, operand))

    return apply


def _number(operator: str, combine: Callable[[Any, Any], Any]) -> Callable[[Document, str, Any], None]:
    def apply(document: Document, path: str, operand: Any) -> None:
        if not _is_number(operand):
            message = f"Unsupported update operation parameter: {operator} requires numeric parameter."
            raise Refusal("UNSUPPORTED_UPDATE_OPERATION_PARAM", message)
        value = at(document, path)
        if value is not MISSING and not _is_number(value):
            raise TypeError(value)
        put(document, path, combine(0 if value is MISSING else value, operand))

    return apply


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _append(document: Document, path: str, operand: Any, *, unique: bool) -> None:
    value = at(document, path)
    if value is not MISSING and not isinstance(value, list):
        raise TypeError(value)
    items = list(value) if isinstance(value, list) else []
    each = operand["$each"] if isinstance(operand, dict) and "$each" in operand else [operand]
    items += [item for item in each if not (unique and item in items)]
    put(document, path, items)


def _rename(document: Document, path: str, operand: Any) -> None:
    value = at(document, path)
    if value is not MISSING:
        remove(document, path)
        put(document, operand, value)


_UPDATES: Mapping[str, Callable[[Document, str, Any], Any]] = {
    "$set": put,
    "$setOnInsert": put,
    "$unset": lambda document, path, _operand: remove(document, path),
    "$inc": _number("$inc", lambda old, by: old + by),
    "$mul": _number("$mul", lambda old, by: old * by),
    "$min": _smaller_or_larger(min),
    "$max": _smaller_or_larger(max),
    "$push": lambda document, path, operand: _append(document, path, operand, unique=False),
    "$addToSet": lambda document, path, operand: _append(document, path, operand, unique=True),
    "$rename": _rename,
}
