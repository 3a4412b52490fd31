"""Differences that are meant: what the reference accepts and Writ refuses, each for a reason.

Each is told by the narrowest property that can be seen. A case with a schema, policies or entities that
are refused on purpose is left out whole, since what follows from the refusal differs as well.
"""

import json
import re


class RepeatedMember(Exception):
    pass


def pairs(members):
    if len({key for key, _ in members}) != len(members):
        raise RepeatedMember
    return dict(members)


def repeats_member(text):
    """Whether a JSON text has an object with two members of one name."""
    try:
        json.loads(text, object_pairs_hook=pairs)
    except RepeatedMember:
        return True
    except ValueError:
        pass
    return False


def part(case, message):
    """The part of a case that a message refuses wrongly, as its text and format, or None."""
    match = re.match(r"(schema|policies|entities|request (\d+)): must be accepted, but", message)
    if match is None:
        return "", None
    if match[2] is not None:
        return case["requests"][int(match[2])].get("context", "{}"), "context"
    return case[match[1]]["text"], case[match[1]].get("format", match[1])


def repeated_member(case, message):
    """The reference takes the last of several members of one name in a context, and any number of them
    where it ignores the name. Nobody can mean that, and whoever reads the first is deceived: Writ
    refuses every text in which an object has two members of one name."""
    text, form = part(case, message)
    return form not in (None, "cedar") and "already has a member of this name" in message and repeats_member(text)


def array_in_schema(case, message):
    """The reference reads an object of a schema in JSON also from an array of its values, an accident of
    its library that no schema uses: `[]` for an entity type. Writ wants the object."""
    text, form = part(case, message)
    return form == "json" and message.startswith("schema:") and re.search(
        r"expected an object for .*, found an array", message)


def unknown_function(case, message):
    """The reference reads `unknown` and functions that there are not in policies in JSON, and fails when
    they are evaluated. Writ refuses such a policy when it is read."""
    _, form = part(case, message)
    return form == "json" and message.startswith("policies:") and re.search(
        r"is no extension function|`unknown`", message)


RULES = [repeated_member, array_in_schema, unknown_function]


def meant(case, message):
    """The exception that explains a difference, or None."""
    return next((rule for rule in RULES if rule(case, message)), None)


def unexplained(case, messages):
    """The differences that no exception explains."""
    explained = [message for message in messages if meant(case, message)]
    if any(not message.startswith("request") for message in explained):
        return []
    return [message for message in messages if message not in explained]
