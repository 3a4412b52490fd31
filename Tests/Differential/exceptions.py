"""Differences that are meant: what the reference takes and Writ refuses, each for a reason.

A case is told by the narrowest property that can be seen in it, and left out entirely, so that none
of its other parts can hide behind the exception.
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


def repeated_context_member(case, message):
    """The reference takes the last of several members of a context; nobody can mean that, and who
    reads the first would be deceived. Writ refuses all of them."""
    match = re.match(r"request (\d+): must be accepted", message)
    return match and repeats_member(case["requests"][int(match[1])].get("context", "{}"))


ALL = [repeated_context_member]


def meant(case, message):
    """The exception that explains a difference, or None."""
    return next((rule for rule in ALL if rule(case, message)), None)
