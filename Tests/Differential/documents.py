"""Random entities and requests for a schema, in JSON, some of them wrong."""

from policies import BOOL, COMMON_IDS, IDS, LONG, STRING
from schemas import ATTRIBUTES, full
from spelling import EXTENSIONS, INTEGERS, TEXTS, dumps, extension_text, quoted

JUNK = [
    None, True, 1, -1, 1.0, 1e2, 2**63, -(2**63) - 1, "", "a", [], {}, [1, "a"], {"a": 1},
    {"__entity": {"type": "User", "id": "a"}}, {"__extn": {"fn": "ip", "arg": "10.0.0.1"}},
    {"__expr": 'User::"a"'}, {"type": "User", "id": "a"}, {"fn": "decimal", "arg": "1.5"},
    {"__extn": {"fn": "nope", "arg": "1"}}, {"__extn": "x"}, {"__entity": "x"}, [[]], [{}],
    {"__entity": {"type": "User", "id": "a"}, "more": 1}, {"__extn": {"fn": "isIpv4", "arg": "::1"}},
    {"__extn": {"fn": "isIpv4", "args": [{"__extn": {"fn": "ip", "arg": "::1"}}]}},
]


class Documents:
    """Writes values, entities and requests.

    explicit: how often escapes are written where a schema makes them needless.
    wrong: how often a value is not what its type says.
    """

    def __init__(self, random, model, explicit, wrong):
        self.random = random
        self.model = model
        self.explicit = explicit
        self.wrong = wrong

    def pick(self, items):
        return self.random.choice(items)

    def maybe(self, chance):
        return self.random.random() < chance

    def id(self, type_):
        entity = self.model.entities.get(type_)
        if entity and entity.enum is not None and not self.maybe(self.wrong):
            return self.pick(entity.enum)
        return self.pick(COMMON_IDS) if self.maybe(0.95) else self.pick(IDS)

    def uid(self, type_, id=None, escape=0.1):
        if self.maybe(self.wrong):
            type_ = self.pick(list(self.model.entities) + ["Nope", "Action", "N::Nope"])
        uid = {"type": type_, "id": self.id(type_) if id is None else id}
        if self.maybe(0.01):
            uid["more"] = 1
        return {"__entity": uid} if self.maybe(escape) else uid

    def value(self, type_, depth=0):
        if self.maybe(self.wrong):
            if self.maybe(0.5):
                return self.pick(JUNK)
            type_ = self.pick([BOOL, LONG, STRING, ("ext", self.pick(list(EXTENSIONS))), ("set", LONG)])
        if depth > 8:
            return 0
        match type_[0]:
            case "Bool":
                return self.maybe(0.5)
            case "Long":
                return self.pick(INTEGERS)
            case "String":
                return self.pick(["a", "b", "ab", "red"]) if self.maybe(0.6) else self.pick(TEXTS)
            case "ext":
                return self.extension(type_[1], depth)
            case "entity":
                return self.uid(type_[1], escape=self.explicit)
            case "set":
                return [self.value(type_[1], depth + 1) for _ in range(self.pick([0, 1, 1, 2, 3]))]
            case "record":
                return self.record(type_[1], depth)
            case "common":
                return self.value(self.model.resolved(type_), depth)
        raise ValueError(type_)

    def extension(self, name, depth):
        text = extension_text(self.random, name, 0.99)
        function = EXTENSIONS[name][0]
        chance = self.random.random()
        if name == "datetime" and chance < 0.06 and depth < 5:
            arguments = [self.extension("datetime", depth + 1), self.extension("duration", depth + 1)]
            call = {"fn": "offset", "args": arguments}
        elif name == "duration" and chance < 0.03 and depth < 5:
            call = {"fn": "toTime", "arg": self.extension("datetime", depth + 1)}
        elif not self.maybe(self.explicit) and self.maybe(0.8):
            return text
        else:
            call = {"fn": function, "arg": text} if self.maybe(0.7) else {"fn": function, "args": [text]}
        return {"__extn": call} if self.maybe(max(self.explicit, 0.5)) else call

    def record(self, attributes, depth=0):
        record = {}
        for name, (type_, required) in attributes.items():
            if not self.maybe(self.wrong / 2 if required else 0.4):
                record[name] = self.value(type_, depth + 1)
        if self.maybe(self.wrong / 2):
            record[self.pick(ATTRIBUTES + TEXTS)] = self.pick(JUNK)
        return record

    def entity(self, type_):
        entity = self.model.entities[type_]
        uid = self.uid(type_, escape=0.1)
        parents = []
        for parent in entity.parents:
            parents += [self.uid(parent) for _ in range(self.pick([0, 1, 1, 2]))]
        if self.maybe(self.wrong):
            parents.append(self.uid(self.pick(list(self.model.entities))))
        if self.maybe(0.15):
            # Through a parent that is far enough to be an ancestor only.
            parents += [self.uid(a) for a in self.model.ancestors(type_)[1:] if self.maybe(0.1)]
        document = {"uid": uid, "attrs": self.record(entity.attributes), "parents": parents}
        if entity.tags and self.maybe(0.8) or self.maybe(self.wrong / 3):
            keys = self.random.sample(["a", "b", "k", ""], self.pick([0, 1, 2]))
            document["tags"] = {key: self.value(entity.tags or LONG) for key in keys}
        elif self.maybe(0.05):
            document["tags"] = {}
        if self.maybe(self.wrong / 2):
            document.pop(self.pick(list(document)))
        if self.maybe(0.01):
            document["more"] = self.pick(JUNK)
        return document

    def action_entity(self):
        key = self.pick(list(self.model.actions))
        found = [key]
        for child in found:
            found += [g for g in self.model.actions[child].members if g not in found and g in self.model.actions]
        parents = found[1:] if self.maybe(0.7) else self.model.actions[key].members
        document = {
            "uid": {"type": full(key[0], "Action"), "id": key[1]},
            "attrs": {},
            "parents": [{"type": full(g[0], "Action"), "id": g[1]} for g in parents],
        }
        if self.maybe(0.1):
            document["attrs"] = {"a": 1}
        if self.maybe(0.1):
            document["tags"] = self.pick([{}, {"a": 1}])
        return document

    def entities(self):
        document = []
        types = list(self.model.entities)
        seen = set()
        for _ in range(self.pick([0, 1, 2, 3, 4, 6])):
            entity = self.entity(self.pick(types))
            name = str(entity.get("uid"))
            if name in seen and not self.maybe(0.05):
                continue
            seen.add(name)
            document.append(entity)
        if self.model.actions and self.maybe(0.05):
            document += [self.action_entity() for _ in range(self.pick([1, 2]))]
        if document and self.maybe(0.02):
            document.append(self.pick(document))
        return document

    def context(self, environment):
        return self.record(environment.context[1])

    def request(self, environment):
        """A request as the reference takes it: the context is a text."""
        model = self.model
        principal, resource, action = None, None, None
        if environment:
            principal, resource, action = environment.principal, environment.resource, environment.action
        types = list(model.entities) or ["User"]
        if principal is None or self.maybe(0.03):
            principal = self.pick(types + ["Nope"])
        if resource is None or self.maybe(0.03):
            resource = self.pick(types + ["Action"])
        keys = list(model.actions) or [("", "view")]
        if action is None or self.maybe(0.05):
            action = self.pick(keys + [("", "nope")])
        request = {
            "principal": self.request_uid(principal, self.id(principal)),
            "action": self.request_uid(full(action[0], "Action"), action[1]),
            "resource": self.request_uid(resource, self.id(resource)),
        }
        context = self.context(environment) if environment else {}
        if not self.maybe(0.02 if context else 0.3):
            request["context"] = dumps(self.random, context)
        return request

    def request_uid(self, type_, id):
        if self.maybe(0.8):
            return {"type": type_, "id": id}
        return f"{type_}::{quoted(self.random, id)}"
