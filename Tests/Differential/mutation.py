"""Slight breakage: of tokens, of characters and of JSON."""

import json
import re

from documents import JUNK
from spelling import TEXTS, dumps

# Strings, comments, names, numbers, operators, white space and single characters: all of a text.
TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|//[^\n]*|\?[A-Za-z]+|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|::|&&|\|\||[=!<>]=|\s+|.', re.S)

CHARACTERS = [
    '"', "\\", "'", "{", "}", "(", ")", "[", "]", ";", ":", ",", ".", "@", "?", "!", "-", "+", "*", "=",
    "<", ">", "&", "|", "/", "%", "#", "$", "~", "`", "0", "9", "a", "_", " ", "\n", "\r", "\t",
    "\0", "\x0b", "\x0c", "\x7f", "\x85", "\u00a0", "\u1680", "\u2003", "\u200b", "\u2028", "\u202e",
    "\u3000", "\ufeff", "\ufffd", "é", "\u0301", "\U0001f600", "ſ", "K",
]

POLICY_TOKENS = [
    "permit", "forbid", "when", "unless", "principal", "action", "resource", "context", "true", "false",
    "if", "then", "else", "in", "is", "like", "has", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!",
    "-", "+", "*", "/", "%", "(", ")", "[", "]", "{", "}", ",", ";", ":", "::", ".", "@", "?principal",
    "?resource", "?other", "=", '""', '"a"', "1", "0", "9223372036854775808", "a", "User", "__cedar",
    "ip", "decimal", "contains", "isEmpty", "hasTag", "getTag", "lessThan", "// c\n", "&", "|",
    "Action", "__entity", "ipaddr", "18446744073709551616", "unknown", "error",
]
SCHEMA_TOKENS = [
    "entity", "action", "type", "namespace", "in", "appliesTo", "principal", "resource", "context", "Set",
    "Long", "String", "Bool", "Boolean", "ipaddr", "decimal", "tags", "enum", "attributes", "__cedar", "{",
    "}", "[", "]", "<", ">", "(", ")", ",", ";", ":", "::", "?", "=", "@", '""', '"a"', "a", "User", "if",
    "is", "has", "like", "then", "true", "Action", "Record", "Entity", "Extension", "// c\n", "1", "@a",
    '@a("b")', "Group", "Info", "Addr",
]
SPACES = [" ", "  ", "\n", "\t", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u00a0", "\u2003", "\u3000",
          "// x\n", "//\n", "// \"\\ é\r", "\u2028", "/**/"]


def tokens(text):
    return TOKEN.findall(text)


def spaced(random, text):
    """The same text with other white space and comments between its tokens."""
    rate = random.choice([0.05, 0.3])
    out = []
    for token in tokens(text):
        if token.isspace() and random.random() < rate:
            token = random.choice(SPACES[:-1])
        out.append(token)
        if not token.isspace() and random.random() < rate / 10:
            out.append(random.choice(SPACES))
    return "".join(out)


def broken_tokens(random, text, pool):
    parts = tokens(text)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        solid = [i for i, part in enumerate(parts) if not part.isspace()]
        if not solid:
            return random.choice(pool)
        index = random.choice(solid)
        chance = random.random()
        if chance < 0.2:
            del parts[index]
        elif chance < 0.3:
            parts.insert(index, parts[index])
        elif chance < 0.4:
            parts.insert(index, " " + parts[index] + " ")
        elif chance < 0.5:
            other = random.choice(solid)
            parts[index], parts[other] = parts[other], parts[index]
        elif chance < 0.7:
            parts[index] = parts[random.choice(solid)]
        elif chance < 0.85:
            parts[index] = random.choice(pool)
        else:
            parts.insert(index, " " + random.choice(pool) + " ")
    return "".join(parts)


def broken_characters(random, text):
    for _ in range(random.choice([1, 1, 1, 2])):
        index = random.randrange(len(text) + 1)
        chance = random.random()
        if chance < 0.3:
            text = text[:index] + text[index + 1:]
        elif chance < 0.4:
            text = text[:index] + text[index:index + 1] + text[index:]
        elif chance < 0.5:
            end = min(len(text), index + random.choice([2, 5, 20]))
            text = text[:index] + text[end:]
        elif chance < 0.53:
            text = text[:index]
        elif chance < 0.8:
            text = text[:index] + random.choice(CHARACTERS) + text[index:]
        else:
            text = text[:index] + random.choice(CHARACTERS) + text[index + 1:]
    return text


def broken_text(random, text, pool):
    return broken_tokens(random, text, pool) if random.random() < 0.65 else broken_characters(random, text)


def places(document):
    """Every container with its keys: (container, key)."""
    found = []
    open_ = [document]
    while open_:
        node = open_.pop()
        keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            open_.append(node[key])
    return found


WORDS = [
    "type", "id", "attrs", "parents", "tags", "uid", "__entity", "__extn", "__expr", "fn", "arg", "args",
    "entityTypes", "actions", "commonTypes", "annotations", "shape", "memberOfTypes", "memberOf", "enum",
    "appliesTo", "principalTypes", "resourceTypes", "context", "attributes", "required", "element", "name",
    "additionalAttributes", "Record", "Set", "Long", "String", "Boolean", "Bool", "Entity", "Extension",
    "EntityOrCommon", "effect", "permit", "forbid", "op", "==", "in", "is", "All", "all", "entity",
    "entities", "entity_type", "slot", "?principal", "?resource", "conditions", "kind", "when", "unless",
    "body", "Value", "Var", "Slot", "left", "right", "attr", "pattern", "Literal", "Wildcard", "if", "then",
    "else", "if-then-else", "has", "like", "!", "neg", "isEmpty", "contains", "ip", "decimal", "isIpv4",
    "templates", "staticPolicies", "templateLinks", "templateId", "newId", "values", "principal", "action",
    "resource", "User", "N::User", " User", "Action", "__cedar::Long", "", "a", "not", "<", "+", "||", ".",
    "lessThan", "offset", "Unknown", "unknown", "error", "getTag", "containsAll", "Set ", "decimal ",
]


def broken_structure(random, document):
    """Changes members of a document that nothing else holds."""
    for _ in range(random.choice([1, 1, 1, 2])):
        found = places(document)
        if not found:
            return random.choice(JUNK)
        container, key = random.choice(found)
        chance = random.random()
        if chance < 0.2:
            del container[key]
        elif chance < 0.4:
            container[key] = copy(random.choice(JUNK))
        elif chance < 0.5:
            other, other_key = random.choice(found)
            container[key] = copy(other[other_key])
        elif chance < 0.6:
            container[key] = random.choice(WORDS + TEXTS)
        elif chance < 0.7:
            container[key] = [container[key]]
        elif chance < 0.75 and isinstance(container[key], dict):
            container[key] = list(container[key].values())
        elif chance < 0.78 and isinstance(container[key], str):
            container[key] = {container[key]: None}
        elif isinstance(container, dict):
            if chance < 0.9:
                container[random.choice(WORDS)] = container.pop(key)
            else:
                container[random.choice(WORDS)] = copy(random.choice(JUNK))
        else:
            container.insert(key, copy(random.choice(JUNK)))
    return document


def copy(value):
    return json.loads(json.dumps(value))


def repeated_key(random, text):
    """JSON with a member twice, which no document of ours can hold."""
    keys = [m for m in re.finditer(r'"(?:\\.|[^"\\])*"\s*:\s*(?="|[0-9tfn\[{])', text)]
    if not keys:
        return text
    match = random.choice(keys)
    return text[:match.start()] + match[0] + random.choice(["1", '"a"', "{}", "[]"]) + "," + text[match.start():]


def json_text(random, document, rate):
    """A document as JSON, broken as often as said."""
    if random.random() >= rate:
        return dumps(random, document)
    chance = random.random()
    if chance < 0.7:
        return dumps(random, broken_structure(random, copy(document)))
    text = dumps(random, document)
    if chance < 0.78:
        return repeated_key(random, text)
    if chance < 0.9:
        pool = ["{", "}", "[", "]", ",", ":", '"a"', "null", "true", "1", "-0", "1.0", "1e5", "01", "-", '"\\u00e9"',
                '"\\ud800"', '"\\ud83d\\ude00"', "9223372036854775808", "NaN", "'a'", "//", '"\t"']
        return broken_tokens(random, text, pool)
    return broken_characters(random, text)
