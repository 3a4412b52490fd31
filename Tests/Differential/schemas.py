"""Random schemas: a model, and its text in Cedar's own syntax and in JSON.

Types are tuples: ("Bool",), ("Long",), ("String",), ("ext", name), ("entity", full name),
("set", type), ("record", {name: (type, required)}), ("common", full name).
"""

import json

from spelling import EXTENSIONS, RESERVED, TEXTS, is_identifier, quoted

ENTITY_NAMES = ["User", "Group", "Doc", "Color", "Box", "Role"]
COMMON_NAMES = ["Info", "Tag", "Meta", "Addr"]
ACTION_NAMES = ["view", "edit", "all", "read", "in", "two words", "a"]
ATTRIBUTES = ["a", "b", "c", "name", "owner", "n", "principal", "if", "in it", "is"]
NAMESPACES = ["N", "A::B", "M"]
ODD_NAMES = ["Long", "Set", "ipaddr", "Action", "__cedar", "in", "Bool", "entity", "Record", "String",
             "type", "Extension", "Boolean", "Entity", "decimal", "é", "principal"]


class Entity:
    def __init__(self):
        self.parents = []
        self.attributes = {}
        self.tags = None
        self.enum = None


class Action:
    def __init__(self):
        self.members = []  # of these groups: (namespace, id)
        self.principals = None
        self.resources = None
        self.context = None


class Model:
    def __init__(self):
        self.entities = {}
        self.commons = {}
        self.actions = {}  # (namespace, id)

    def resolved(self, type_):
        # Common types of a broken schema may go in circles.
        for _ in range(8):
            if type_[0] != "common":
                return type_
            type_ = self.commons.get(type_[1], ("Long",))
        return ("Long",)

    def action_type(self, action):
        return (action[0] + "::" if action[0] else "") + "Action"

    def ancestors(self, name):
        """The types that entities of a type may be in, itself first."""
        found = [name]
        for child in found:
            entity = self.entities.get(child)
            found += [p for p in entity.parents if p not in found] if entity else []
        return found


def full(namespace, name):
    return namespace + "::" + name if namespace else name


def random_type(random, model, depth=0, commons=None):
    chance = random.random()
    if depth > 2 or chance < 0.5:
        kind = random.random()
        if kind < 0.45:
            return (random.choice(["Bool", "Long", "String", "Long", "String"]),)
        if kind < 0.7:
            return ("ext", random.choice(list(EXTENSIONS)))
        names = list(model.entities)
        return ("entity", random.choice(names)) if names else ("Long",)
    if chance < 0.62:
        names = list(model.commons) if commons is None else commons
        return ("common", random.choice(names)) if names else ("Bool",)
    if chance < 0.82:
        return ("set", random_type(random, model, depth + 1, commons))
    return ("record", random_record(random, model, depth + 1, commons))


def random_record(random, model, depth=0, commons=None):
    names = random.sample(ATTRIBUTES, random.choice([0, 1, 2, 2, 3, 4]))
    if random.random() < 0.03:
        names.append(random.choice(TEXTS + ["__cedar", "__entity", "type", "id", "fn", "arg"]))
    return {
        name: (random_type(random, model, depth + 1, commons), random.random() < 0.6)
        for name in names
    }


def random_model(random):
    model = Model()
    namespaces = [""] if random.random() < 0.75 else []
    namespaces += random.sample(NAMESPACES, random.choice([0, 0, 1, 1, 2]))
    namespaces = namespaces or ["N"]
    taken = set()

    def fresh(pool, namespace):
        if random.random() < 0.015:
            return full(namespace, random.choice(ODD_NAMES))
        name = random.choice(pool)
        # The same last component here and in the empty namespace is an error: rarely wanted.
        if name in taken and random.random() < 0.97:
            free = [n for n in pool if n not in taken]
            if not free:
                return None
            name = random.choice(free)
        taken.add(name)
        return full(namespace, name)

    for namespace in namespaces:
        for _ in range(random.choice([1, 2, 2, 3])):
            name = fresh(ENTITY_NAMES, namespace)
            if name:
                model.entities[name] = Entity()
    for namespace in namespaces:
        for _ in range(random.choice([0, 0, 1, 2])):
            name = fresh(COMMON_NAMES, namespace)
            if name:
                earlier = list(model.commons) if random.random() < 0.99 else [name]
                model.commons[name] = random_type(random, model, commons=earlier)
    names = list(model.entities)
    for entity in model.entities.values():
        if random.random() < 0.15:
            entity.enum = random.sample(["red", "blue", "a", "", "it's", "é"], random.choice([1, 2, 3]))
            continue
        if random.random() < 0.6:
            entity.parents = random.sample(names, random.choice([0, 1, min(2, len(names))]))
        entity.attributes = random_record(random, model)
        if random.random() < 0.4:
            entity.tags = random_type(random, model, 1)
    for namespace in namespaces:
        for name in random.sample(ACTION_NAMES, random.choice([1, 2, 2, 3])):
            if not namespace or not any(a == ("", name) for a in model.actions) or random.random() < 0.02:
                model.actions[(namespace, name)] = Action()
    earlier = []
    records = [name for name, type_ in model.commons.items() if model.resolved(type_)[0] == "record"]
    for key, action in model.actions.items():
        if earlier and random.random() < 0.4:
            action.members = random.sample(earlier, random.choice([1, min(2, len(earlier))]))
        if random.random() < 0.01:
            action.members.append(key)
        earlier.append(key)
        if random.random() < 0.82:
            action.principals = random.sample(names, random.choice([1, 1, min(2, len(names))]))
            action.resources = random.sample(names, random.choice([1, 1, min(2, len(names))]))
            chance = random.random()
            if records and chance < 0.2:
                action.context = ("common", random.choice(records))
            elif chance < 0.8:
                action.context = ("record", random_record(random, model))
    return model


def split(name):
    namespace, _, base = name.rpartition("::")
    return namespace, base


class Printer:
    """Prints a model; both syntaxes have many ways to say the same."""

    def __init__(self, random, model):
        self.random = random
        self.model = model

    def reference(self, name, namespace):
        own, base = split(name)
        if own == namespace and self.random.random() < 0.8:
            return base
        return name

    def action_reference(self, key, namespace):
        """The type to name beside the id, or None for an action of the same namespace."""
        if key[0] == namespace and self.random.random() < 0.8:
            return None
        return full(key[0], "Action")

    def annotations(self):
        if self.random.random() < 0.9:
            return []
        names = self.random.sample(["doc", "id", "in", "x_1", "a"], self.random.choice([1, 1, 2]))
        if self.random.random() < 0.01:
            names.append(names[0])
        return [(n, self.random.choice([None, "", "text", "it's"])) for n in names]

    # Cedar's own syntax.

    def cedar(self):
        namespaces = {}
        for name, entity in self.model.entities.items():
            namespaces.setdefault(split(name)[0], []).append(self.entity(name, entity))
        for name, type_ in self.model.commons.items():
            space, base = split(name)
            namespaces.setdefault(space, []).append(f"type {base} = {self.type(type_, space)};")
        for key, action in self.model.actions.items():
            namespaces.setdefault(key[0], []).append(self.action(key, action))
        blocks = []
        for namespace, declarations in namespaces.items():
            self.random.shuffle(declarations)
            body = "\n".join(self.spelled_annotations() + d for d in declarations)
            if namespace:
                body = f"{self.spelled_annotations()}namespace {namespace} {{\n{body}\n}}"
            blocks.append(body)
        self.random.shuffle(blocks)
        return "\n".join(blocks) + "\n"

    def spelled_annotations(self):
        return "".join(
            f"@{name} " if value is None else f"@{name}({quoted(self.random, value)}) "
            for name, value in self.annotations()
        )

    def attribute_name(self, name):
        if is_identifier(name) and name not in RESERVED and self.random.random() < 0.9:
            return name
        return quoted(self.random, name)

    def record(self, attributes, namespace):
        parts = [
            f"{self.spelled_annotations()}{self.attribute_name(name)}{'' if required else '?'}: {self.type(type_, namespace)}"
            for name, (type_, required) in attributes.items()
        ]
        end = "," if parts and self.random.random() < 0.1 else ""
        return "{" + ", ".join(parts) + end + "}"

    def type(self, type_, namespace):
        match type_[0]:
            case "set":
                return f"Set<{self.type(type_[1], namespace)}>"
            case "record":
                return self.record(type_[1], namespace)
            case "common" | "entity":
                return self.reference(type_[1], namespace)
            case "ext":
                return type_[1] if self.random.random() < 0.93 else "__cedar::" + type_[1]
            case name:
                return name if self.random.random() < 0.96 else "__cedar::" + name

    def names(self, names, namespace, short=0.4):
        spelled = [self.reference(n, namespace) for n in names]
        if len(spelled) == 1 and self.random.random() < short:
            return spelled[0]
        return "[" + ", ".join(spelled) + "]"

    def entity(self, name, entity):
        namespace, base = split(name)
        if entity.enum is not None:
            return f"entity {base} enum [{', '.join(quoted(self.random, i) for i in entity.enum)}];"
        text = f"entity {base}"
        if entity.parents or self.random.random() < 0.05:
            text += " in " + self.names(entity.parents, namespace)
        if entity.attributes or self.random.random() < 0.3:
            text += self.random.choice([" ", " = "]) + self.record(entity.attributes, namespace)
        if entity.tags:
            text += " tags " + self.type(entity.tags, namespace)
        return text + ";"

    def action(self, key, action):
        namespace, name = key
        text = "action " + (self.attribute_name(name))
        if action.members:
            groups = []
            for group in action.members:
                type_ = self.action_reference(group, namespace)
                groups.append(
                    f"{type_}::{quoted(self.random, group[1])}" if type_ else self.attribute_name(group[1]))
            text += " in " + (
                groups[0] if len(groups) == 1 and self.random.random() < 0.5
                else "[" + ", ".join(groups) + "]")
        if action.principals is not None:
            parts = [
                "principal: " + self.names(action.principals, namespace),
                "resource: " + self.names(action.resources, namespace),
            ]
            if action.context:
                parts.append("context: " + self.type(action.context, namespace))
            self.random.shuffle(parts)
            text += " appliesTo {" + ", ".join(parts) + self.random.choice(["", "", ","]) + "}"
        if self.random.random() < 0.02:
            text += " attributes {}"
        return text + ";"

    # JSON.

    def json(self):
        document = {}

        def space(name):
            if name not in document:
                document[name] = {"entityTypes": {}, "actions": {}}
                if name:
                    self.annotate(document[name])
            return document[name]

        for name, entity in self.model.entities.items():
            namespace, base = split(name)
            space(namespace)["entityTypes"][base] = self.json_entity(entity, namespace)
        for name, type_ in self.model.commons.items():
            namespace, base = split(name)
            space(namespace).setdefault("commonTypes", {})[base] = self.json_type(type_, namespace)
        for key, action in self.model.actions.items():
            space(key[0])["actions"][key[1]] = self.json_action(action, key[0])
        return document

    def annotate(self, node):
        found = self.annotations()
        if found:
            node["annotations"] = {name: value or "" for name, value in found}
        return node

    def json_entity(self, entity, namespace):
        if entity.enum is not None:
            return self.annotate({"enum": entity.enum})
        node = {}
        if entity.parents or self.random.random() < 0.2:
            node["memberOfTypes"] = [self.reference(p, namespace) for p in entity.parents]
        if entity.attributes or self.random.random() < 0.3:
            node["shape"] = self.json_record(entity.attributes, namespace)
        if entity.tags:
            node["tags"] = self.json_type(entity.tags, namespace)
        return self.annotate(node)

    def json_record(self, attributes, namespace):
        node = {"type": "Record", "attributes": {}}
        for name, (type_, required) in attributes.items():
            attribute = self.json_type(type_, namespace)
            if not required:
                attribute["required"] = False
            elif self.random.random() < 0.1:
                attribute["required"] = True
            node["attributes"][name] = self.annotate(attribute)
        if self.random.random() < 0.03:
            node["additionalAttributes"] = False
        return node

    def json_type(self, type_, namespace):
        match type_[0]:
            case "set":
                return {"type": "Set", "element": self.json_type(type_[1], namespace)}
            case "record":
                return self.json_record(type_[1], namespace)
            case "common":
                name = self.reference(type_[1], namespace)
                if self.random.random() < 0.3:
                    return {"type": "EntityOrCommon", "name": name}
                return {"type": name}
            case "entity":
                kind = "EntityOrCommon" if self.random.random() < 0.2 else "Entity"
                return {"type": kind, "name": self.reference(type_[1], namespace)}
            case "ext":
                if self.random.random() < 0.2:
                    return {"type": "EntityOrCommon", "name": type_[1]}
                return {"type": "Extension", "name": type_[1]}
            case name:
                if self.random.random() < 0.05:
                    return {"type": "EntityOrCommon", "name": self.random.choice(["", "__cedar::"]) + name}
                return {"type": "Boolean" if name == "Bool" and self.random.random() < 0.9 else name}

    def json_action(self, action, namespace):
        node = {}
        if action.members:
            node["memberOf"] = []
            for group in action.members:
                type_ = self.action_reference(group, namespace)
                node["memberOf"].append({"id": group[1]} | ({"type": type_} if type_ else {}))
        if action.principals is not None:
            node["appliesTo"] = {
                "principalTypes": [self.reference(n, namespace) for n in action.principals],
                "resourceTypes": [self.reference(n, namespace) for n in action.resources],
            }
            if action.context:
                node["appliesTo"]["context"] = self.json_type(action.context, namespace)
        elif self.random.random() < 0.1:
            node["appliesTo"] = None
        return self.annotate(node)
