"""Makes a case that differs smaller, as long as it still differs in the same way."""

import copy
import json

from mutation import tokens


def parts(case):
    """The texts of a case that can be shortened: (holder, key)."""
    found = [(case[key], "text") for key in ("schema", "policies", "entities") if key in case]
    return found + [(r, "context") for r in case.get("requests", []) if "context" in r]


def without_parts(case):
    for key in ("schema", "policies", "entities"):
        if key in case:
            smaller = copy.deepcopy(case)
            del smaller[key]
            yield smaller
    for key, holder in (("requests", case), ("links", case.get("policies", {}))):
        for index in range(len(holder.get(key, []))):
            smaller = copy.deepcopy(case)
            del (smaller if key == "requests" else smaller["policies"])[key][index]
            yield smaller
    for index, request in enumerate(case.get("requests", [])):
        if "context" in request:
            smaller = copy.deepcopy(case)
            del smaller["requests"][index]["context"]
            yield smaller


def balanced(items, start):
    """The end of a run that opens and closes its brackets, or None."""
    depth = 0
    for index in range(start, min(len(items), start + 400)):
        if items[index] in "([{":
            depth += 1
        elif items[index] in ")]}":
            depth -= 1
            if depth == 0:
                return index + 1
            if depth < 0:
                return None
    return None


def shorter(text):
    """Shorter texts, the shortest first: chunks of tokens left out, brackets unwrapped or emptied."""
    items = tokens(text)
    size = len(items)
    candidates = []
    width = size // 2
    while width >= 1:
        step = max(1, width // 2) if width > 4 else 1
        for start in range(0, size, step):
            candidates.append(items[:start] + items[start + width:])
        width //= 2
    for start, item in enumerate(items):
        if item in "([{":
            end = balanced(items, start)
            if end:
                candidates.append(items[:start + 1] + items[end - 1:])
                candidates.append(items[:start] + items[end:])
                candidates.append(items[:start] + items[start + 1:end - 1] + items[end:])
                comma = end < size and items[end] == ","
                candidates.append(items[:start] + items[end + comma:])
    for start, item in enumerate(items):
        # A JSON member, an attribute or an element up to its comma.
        if item in (",", ";"):
            for end in range(start + 1, min(size, start + 200)):
                if items[end] in (",", ";", "}", "]"):
                    candidates.append(items[:start] + items[end:])
    texts = {"".join(c) for c in candidates}
    texts |= {text.replace("\n", " "), " ".join(text.split())}
    texts.discard(text)
    return sorted((t for t in texts if len(t) <= len(text)), key=len)


def shortened(case):
    for number in range(len(parts(case))):
        holder, key = parts(case)[number]
        for text in shorter(holder[key])[:3000]:
            smaller = copy.deepcopy(case)
            inner, _ = parts(smaller)[number]
            inner[key] = text
            yield smaller


def shrink(case, differs, rounds=40):
    """The smallest case found.

    differs: takes cases and tells of each whether it differs in the same way.
    """
    for _ in range(rounds):
        smaller = first_that(differs, without_parts(case)) or first_that(differs, shortened(case))
        if smaller is None:
            return case
        case = smaller
    return case


def first_that(differs, candidates, batch=120):
    waiting = []
    for candidate in candidates:
        waiting.append(candidate)
        if len(waiting) == batch:
            found = choose(differs, waiting)
            if found:
                return found
            waiting = []
    return choose(differs, waiting) if waiting else None


def choose(differs, waiting):
    found = [case for case, does in zip(waiting, differs(waiting)) if does]
    return min(found, key=lambda case: len(json.dumps(case)), default=None)
