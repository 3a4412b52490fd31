"""Random policies: mostly well typed for one principal, action and resource of a schema."""

from schemas import ATTRIBUTES, full
from spelling import (
    EXTENSIONS, INTEGERS, RESERVED, TEXTS, escaped, extension_text, is_identifier, quoted,
)

IDS = ["a", "b", "c", "", "it's", "é", "e\u0301", "red", "blue", "x\ny", "\0"]
COMMON_IDS = ["a", "a", "b", "b", "c", "red", "blue"]
METHODS = [
    "contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag", "lessThan",
    "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "isIpv4", "isIpv6", "isLoopback",
    "isMulticast", "isInRange", "offset", "durationSince", "toDate", "toTime", "toMilliseconds",
    "toSeconds", "toMinutes", "toHours", "toDays",
]
LONG, STRING, BOOL = ("Long",), ("String",), ("Bool",)
UNTYPED_NAMES = ["User", "Group", "Doc", "N::User"]


class Environment:
    """What the variables are when a policy is asked."""

    def __init__(self, principal, action, resource, context):
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context


def environments(model):
    found = []
    for key, action in model.actions.items():
        context = action.context and model.resolved(action.context)
        context = context if context and context[0] == "record" else ("record", {})
        for principal in action.principals or []:
            for resource in action.resources or []:
                found.append(Environment(principal, key, resource, context))
    return found


class Policies:
    """Writes policies.

    wild: how often an expression is of another type than it should be.
    """

    def __init__(self, random, model, environment, wild):
        self.random = random
        self.model = model
        self.environment = environment
        self.wild = wild
        self.paths = self.reachable() if environment else []

    # Names and literals.

    def pick(self, items):
        return self.random.choice(items)

    def maybe(self, chance):
        return self.random.random() < chance

    def types(self):
        return list(self.model.entities) or UNTYPED_NAMES

    def type_name(self):
        if self.maybe(0.03):
            return self.pick(["Nope", "N::Nope", "Action", "N::Action", "__cedar::User", "in::A", "principal"])
        return self.pick(self.types())

    def id(self, type_):
        entity = self.model.entities.get(type_)
        if entity and entity.enum is not None and self.maybe(0.93):
            return self.pick(entity.enum)
        return self.pick(COMMON_IDS) if self.maybe(0.9) else self.pick(IDS)

    def uid(self, type_=None):
        if type_ is None and self.maybe(0.08):
            return self.action_uid()
        type_ = type_ or self.type_name()
        return f"{type_}::{quoted(self.random, self.id(type_))}"

    def action_uid(self):
        keys = list(self.model.actions)
        if not keys or self.maybe(0.04):
            return self.pick(['Action::"nope"', 'Action::"view"', 'N::Action::"view"', 'Action::"a"'])
        key = self.pick(keys)
        return self.action_literal(key)

    def action_literal(self, key):
        return f"{full(key[0], 'Action')}::{quoted(self.random, key[1])}"

    def integer(self):
        value = self.pick(INTEGERS) if self.maybe(0.4) else self.pick([0, 1, 2, 3, 7])
        if value < 0 and self.maybe(0.2):
            return f"-({-value})" if value > -(2**63) else str(value)
        return str(value) if not self.maybe(0.02) else f"00{abs(value)}"

    def text(self):
        return self.pick(["a", "b", "ab", "red"]) if self.maybe(0.6) else self.pick(TEXTS)

    def key(self):
        """A tag's key: few, so that checks and reads meet."""
        return self.pick(['"a"', '"a"', '"b"', '"k"']) if self.maybe(0.85) else self.expression(STRING, 4)

    # Where values of a type are found.

    def reachable(self):
        """All attributes up to three levels deep: (path, type, guards)."""
        environment = self.environment
        found = []
        open_ = [
            ("principal", ("entity", environment.principal), [], 0),
            ("resource", ("entity", environment.resource), [], 0),
            ("context", environment.context, [], 0),
        ]
        while open_ and len(found) < 60:
            path, type_, guards, depth = open_.pop(0)
            type_ = self.model.resolved(type_)
            found.append((path, type_, guards))
            if depth == 3:
                continue
            if type_[0] == "entity":
                entity = self.model.entities.get(type_[1])
                members = entity.attributes if entity else {}
                if entity and entity.tags:
                    key = self.pick(['"a"', '"b"'])
                    open_.append((f"{path}.getTag({key})", entity.tags, guards + [f"{path}.hasTag({key})"], depth + 1))
            elif type_[0] == "record":
                members = type_[1]
            else:
                continue
            for name, (member, required) in members.items():
                inner = path + self.access(name)
                guard = [] if required else [f"{path} has {self.attribute(name)}"]
                open_.append((inner, member, guards + guard, depth + 1))
        return found

    def attribute(self, name):
        if is_identifier(name) and name not in RESERVED and self.maybe(0.9):
            return name
        return quoted(self.random, name)

    def access(self, name):
        if is_identifier(name) and name not in RESERVED and self.maybe(0.88):
            return "." + name
        return f"[{quoted(self.random, name)}]"

    def same(self, type_, other):
        return self.model.resolved(type_) == self.model.resolved(other)

    def path(self, type_):
        """A path to a value of a type and its guards; None when there is none."""
        found = [p for p in self.paths if self.same(p[1], type_)]
        return self.pick(found) if found else None

    def random_type(self, depth=0):
        chance = self.random.random()
        if self.paths and chance < 0.45:
            return self.pick(self.paths)[1]
        if chance < 0.75 or depth > 1:
            return self.pick([BOOL, LONG, LONG, STRING, STRING, ("ext", self.pick(list(EXTENSIONS)))])
        if chance < 0.87:
            return ("entity", self.pick(self.types()))
        if chance < 0.95:
            return ("set", self.random_type(depth + 1))
        names = self.random.sample(ATTRIBUTES, self.pick([0, 1, 2]))
        return ("record", {n: (self.random_type(depth + 1), True) for n in names})

    # Expressions.

    def expression(self, type_, depth):
        """An expression of a type; a guarded path may still lack its guard."""
        if self.maybe(self.wild):
            type_ = self.random_type()
        type_ = self.model.resolved(type_)
        if depth < 4 and self.maybe(0.05):
            return f"(if {self.condition(depth + 1)} then {self.expression(type_, depth + 1)} else {self.expression(type_, depth + 1)})"
        if self.maybe(0.5):
            found = self.path(type_)
            if found:
                path, _, guards = found
                if not guards or self.maybe(0.08):
                    return path
                if depth < 4:
                    return f"(if {' && '.join(guards)} then {path} else {self.literal(type_, depth + 1)})"
        match type_[0]:
            case "Bool":
                return f"({self.condition(depth + 1)})" if depth < 4 else self.pick(["true", "false"])
            case "Long" if depth < 4 and self.maybe(0.35):
                return self.arithmetic(depth)
            case "ext" if depth < 4 and self.maybe(0.3):
                return self.moment(type_[1], depth)
        return self.literal(type_, depth)

    def arithmetic(self, depth):
        chance = self.random.random()
        left, right = self.expression(LONG, depth + 1), self.expression(LONG, depth + 1)
        if chance < 0.6:
            return f"({left} {self.pick('+-*')} {right})"
        if chance < 0.75:
            return f"-{left}" if not left.startswith("-") else f"-({left})"
        unit = self.pick(["Milliseconds", "Seconds", "Minutes", "Hours", "Days"])
        return f"{self.expression(('ext', 'duration'), depth + 1)}.to{unit}()"

    def moment(self, name, depth):
        date, span = ("ext", "datetime"), ("ext", "duration")
        if name == "datetime":
            if self.maybe(0.6):
                return f"{self.expression(date, depth + 1)}.offset({self.expression(span, depth + 1)})"
            return f"{self.expression(date, depth + 1)}.toDate()"
        if name == "duration":
            if self.maybe(0.6):
                return f"{self.expression(date, depth + 1)}.durationSince({self.expression(date, depth + 1)})"
            return f"{self.expression(date, depth + 1)}.toTime()"
        return self.literal(("ext", name), depth)

    def literal(self, type_, depth):
        if depth > 12:
            return "0"
        match type_[0]:
            case "Bool":
                return self.pick(["true", "false"])
            case "Long":
                return self.integer()
            case "String":
                return quoted(self.random, self.text())
            case "ext":
                function = EXTENSIONS[type_[1]][0]
                chance = self.random.random()
                if chance < 0.02:
                    return f"{function}({self.expression(STRING, 4)})"
                if chance < 0.03:
                    return f"{function}({self.pick(['', '1', 'principal'])})"
                return f"{function}({quoted(self.random, extension_text(self.random, type_[1], 0.96))})"
            case "entity":
                return self.uid(type_[1])
            case "set":
                count = self.pick([1, 1, 2, 3]) if not self.maybe(0.04) else 0
                return "[" + ", ".join(self.expression(type_[1], depth + 1) for _ in range(count)) + "]"
            case "record":
                parts = [
                    f"{self.attribute(name)}: {self.expression(member, depth + 1)}"
                    for name, (member, required) in type_[1].items()
                    if required or self.maybe(0.8)
                ]
                return "{" + ", ".join(parts) + "}"
            case "common":
                return self.literal(self.model.resolved(type_), depth)
        raise ValueError(type_)

    def condition(self, depth=0):
        """A Boolean expression, bare: to be put in brackets where it stands in another."""
        if self.maybe(self.wild / 2):
            return self.expression(self.random_type(), depth + 1)
        if depth > 4:
            return self.pick(["true", "false", "principal is " + self.type_name()])
        chance = self.random.random()
        for limit, write in (
            (0.26, self.guarded), (0.38, self.both), (0.46, self.either), (0.50, self.negated),
            (0.57, self.presence), (0.64, self.membership), (0.69, self.kind), (0.77, self.equality),
            (0.84, self.order), (0.89, self.sets), (0.93, self.like), (0.97, self.test),
        ):
            if chance < limit:
                return write(depth)
        return self.pick(["true", "false", "true"])

    def guarded(self, depth):
        """A use of an attribute behind the checks that it needs."""
        if not self.paths:
            return self.presence(depth)
        path, type_, guards = self.pick(self.paths)
        use = self.use(path, self.model.resolved(type_), depth)
        if self.maybe(0.1):
            return use
        merged = self.extended(path, guards)
        check = " && ".join(merged)
        if not check:
            return use
        chance = self.random.random()
        if chance < 0.7:
            return f"{check} && {use}"
        if chance < 0.8:
            return f"if {check} then {use} else {self.pick(['true', 'false'])}"
        if chance < 0.86:
            return f"(({check}) || ({self.pick([check, self.condition(depth + 2)])})) && {use}"
        if chance < 0.92:
            return f"{check} && ({self.condition(depth + 2)}) && {use}"
        if chance < 0.96:
            return f"!({check}) || {use}"
        return f"({self.condition(depth + 2)}) && {use}"

    def extended(self, path, guards):
        """The guards, sometimes as one `has a.b.c`."""
        parts = path.split(".")
        if len(parts) > 2 and "(" not in path and "[" not in path and '"' not in path and self.maybe(0.5):
            return [f"{parts[0]} has {'.'.join(parts[1:])}"]
        return guards

    def use(self, path, type_, depth):
        match type_[0]:
            case "Bool":
                return self.pick([path, f"!{path}", f"{path} == true"])
            case "Long" if self.maybe(0.7):
                return f"{path} {self.pick(['<', '<=', '>', '>='])} {self.expression(LONG, depth + 2)}"
            case "String" if self.maybe(0.6):
                return f"{path} like {self.pattern()}"
            case "set" if self.maybe(0.8):
                return self.pick([
                    f"{path}.contains({self.expression(type_[1], depth + 2)})",
                    f"{path}.containsAll({self.expression(type_, depth + 2)})",
                    f"{path}.containsAny({self.expression(type_, depth + 2)})", f"{path}.isEmpty()",
                ])
            case "ext" if self.maybe(0.8):
                return self.compared(path, type_[1], depth)
            case "entity" if self.maybe(0.5):
                return f"{path} {self.pick(['in', '=='])} {self.uid()}"
            case "record" if self.maybe(0.7) and type_[1]:
                return f"{path} has {self.attribute(self.pick(list(type_[1])))}"
        return f"{path} {self.pick(['==', '!='])} {self.expression(type_, depth + 2)}"

    def compared(self, left, name, depth):
        right = self.expression(("ext", name), depth + 2)
        if name == "decimal":
            method = self.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
            return f"{left}.{method}({right})"
        if name == "ipaddr":
            if self.maybe(0.5):
                return f"{left}.isInRange({right})"
            return f"{left}.{self.pick(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'])}()"
        return f"{left} {self.pick(['<', '<=', '>', '>=', '=='])} {right}"

    def bracketed(self, depth):
        text = self.condition(depth)
        return text if self.maybe(0.1) and "||" not in text and not text.startswith("if") else f"({text})"

    def both(self, depth):
        return " && ".join(self.bracketed(depth + 1) for _ in range(self.pick([2, 2, 3])))

    def either(self, depth):
        return " || ".join(self.bracketed(depth + 1) for _ in range(self.pick([2, 2, 3])))

    def negated(self, depth):
        return self.pick(["!", "!", "!!"]) + f"({self.condition(depth + 1)})"

    def base(self):
        if self.paths and self.maybe(0.5):
            return self.pick(self.paths)[0]
        return self.pick(["principal", "resource", "context", "action"])

    def presence(self, depth):
        base = self.base()
        if self.maybe(0.25):
            return f"{base}.hasTag({self.key()})"
        names = [self.pick(ATTRIBUTES) for _ in range(self.pick([1, 1, 1, 2, 3]))]
        if len(names) > 1 and all(is_identifier(n) and n not in RESERVED for n in names):
            return f"{base} has {'.'.join(names)}"
        return f"{base} has {self.attribute(names[0])}"

    def membership(self, depth):
        left = self.pick(["principal", "resource", "action", self.uid(), self.base()])
        chance = self.random.random()
        if left == "action" and chance < 0.8:
            right = self.pick([self.action_uid(), f"[{self.action_uid()}, {self.action_uid()}]", f"[{self.action_uid()}]"])
        elif chance < 0.5:
            right = self.uid()
        elif chance < 0.75:
            type_ = self.pick(self.types())
            right = "[" + ", ".join(self.uid(type_ if self.maybe(0.95) else None) for _ in range(self.pick([1, 2, 2, 3]))) + "]"
        else:
            right = self.pick([self.base(), "principal", "resource", "[]"])
        return f"{left} in {right}"

    def kind(self, depth):
        suffix = f" in {self.pick([self.uid(), 'resource', 'principal'])}" if self.maybe(0.25) else ""
        return f"{self.base()} is {self.type_name()}{suffix}"

    def equality(self, depth):
        type_ = self.random_type()
        other = type_ if self.maybe(0.9) else self.random_type()
        return f"{self.expression(type_, depth + 1)} {self.pick(['==', '!='])} {self.expression(other, depth + 1)}"

    def order(self, depth):
        type_ = self.pick([LONG, LONG, ("ext", "datetime"), ("ext", "duration")])
        return f"{self.expression(type_, depth + 1)} {self.pick(['<', '<=', '>', '>='])} {self.expression(type_, depth + 1)}"

    def sets(self, depth):
        element = self.random_type(1)
        set_ = ("set", element)
        left = self.expression(set_, depth + 1)
        return self.pick([
            f"{left}.contains({self.expression(element, depth + 1)})",
            f"{left}.containsAll({self.expression(set_, depth + 1)})",
            f"{left}.containsAny({self.expression(set_, depth + 1)})", f"{left}.isEmpty()",
        ])

    def pattern(self):
        parts = [self.pick(["*", "a", "b", "é", "\\*", "\\", "*", self.pick(TEXTS)]) for _ in range(self.pick([0, 1, 2, 3]))]
        text = ""
        for part in parts:
            if part == "*":
                text += self.pick(["*", "*", "\\u{2a}", "\\x2a"]) if self.maybe(0.1) else "*"
            elif part == "\\*":
                text += part
            else:
                text += "".join(escaped(self.random, c, pattern=True) for c in part)
        return f'"{text}"'

    def like(self, depth):
        return f"{self.expression(STRING, depth + 1)} like {self.pattern()}"

    def test(self, depth):
        if self.maybe(0.8):
            name = self.pick(list(EXTENSIONS))
            return self.compared(self.expression(("ext", name), depth + 1), name, depth)
        receiver = self.expression(self.random_type(), depth + 1)
        arguments = ", ".join(
            self.expression(self.random_type(), depth + 2) for _ in range(self.pick([0, 1, 1, 1, 2])))
        return f"{receiver}.{self.pick(METHODS)}({arguments})"

    # Policies.

    def scope(self, variable, type_):
        chance = self.random.random()
        slot = f"?{variable}"
        if chance < 0.35:
            return variable
        if chance < 0.55:
            return f"{variable} is {type_ or self.type_name()}"
        if chance < 0.68:
            return f"{variable} == {self.pick([self.uid(type_), self.uid(type_), slot]) if self.maybe(0.93) else self.uid()}"
        if chance < 0.8:
            target = self.pick(self.model.ancestors(type_)) if type_ else None
            return f"{variable} in {self.pick([self.uid(target), self.uid(target), slot]) if self.maybe(0.93) else self.uid()}"
        if chance < 0.985:
            return f"{variable} is {type_ or self.type_name()} in {self.pick([self.uid(type_), slot]) if self.maybe(0.9) else self.uid()}"
        return f"{variable} {self.pick(['==', 'in', 'is'])} {self.pick([self.uid(), self.type_name(), slot, '?principal', '(' + self.uid() + ')'])}"

    def action(self):
        chance = self.random.random()
        own = self.action_literal(self.environment.action) if self.environment else self.action_uid()
        if chance < 0.3:
            return "action"
        if chance < 0.7:
            return f"action == {own}"
        if chance < 0.8:
            return f"action in {self.pick([own, self.action_uid()])}"
        if chance < 0.98:
            others = [own] + [self.action_uid() for _ in range(self.pick([0, 1, 2]))]
            return f"action in [{', '.join(others)}]"
        return self.pick(["action in []", f"action == {self.uid()}", "action is Action", f"action in [{self.uid()}]"])

    def annotations(self):
        if self.maybe(0.85):
            return ""
        names = self.random.sample(["id", "in", "x", "doc", "if", "__cedar"], self.pick([1, 1, 2]))
        if self.maybe(0.03):
            names.append(names[0])
        return " ".join(
            f"@{n}" if self.maybe(0.2) else f"@{n}({quoted(self.random, self.text())})" for n in names) + " "

    def policy(self):
        principal = self.environment.principal if self.environment else None
        resource = self.environment.resource if self.environment else None
        text = (
            f"{self.annotations()}{self.pick(['permit', 'permit', 'forbid'])}"
            f"({self.scope('principal', principal)}, {self.action()}, {self.scope('resource', resource)}"
            f"{',' if self.maybe(0.03) else ''})"
        )
        for _ in range(self.pick([0, 1, 1, 1, 2])):
            text += f" {self.pick(['when', 'when', 'when', 'unless'])} {{ {self.condition(self.pick([0, 1, 2, 3]))} }}"
        return text + ";"
