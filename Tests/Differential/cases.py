"""One random case: a schema, policies, entities and requests, whole or slightly broken."""

import json
import random as random_module

import cedarpy
from documents import Documents
from mutation import POLICY_TOKENS, SCHEMA_TOKENS, broken_characters, broken_text, json_text, spaced
from policies import Policies, environments
from schemas import Printer, random_model


def generate(seed, number):
    """The case with a number: the same for the same seed, whatever was made before it."""
    random = random_module.Random(f"{seed}/{number}")
    model = random_model(random)
    found = environments(model)
    environment = random.choice(found) if found else None
    # What is broken, so that a case is not refused everywhere.
    target = random.choice(["nothing", "nothing", "schema", "policies", "policies", "entities", "requests"])
    case = {"id": f"{seed}-{number}", "kind": "differential"}
    if random.random() < 0.85:
        case["schema"] = schema(random, model, target == "schema")
    explicit = random.choice([0.1, 0.5, 1.0]) if "schema" in case else random.choice([0.5, 1.0, 1.0])
    case["policies"] = policies(random, model, environment, target == "policies")
    wrong = random.choice([0, 0, 0, 0.01, 0.05]) if target != "entities" else 0.1
    documents = Documents(random, model, explicit, wrong)
    case["entities"] = {"text": json_text(random, documents.entities(), 0.5 if target == "entities" else 0)}
    if target == "requests":
        documents.wrong = 0.08
    elif random.random() < 0.7:
        documents.wrong = 0
    case["requests"] = []
    for _ in range(random.choice([1, 2, 3])):
        chosen = environment if random.random() < 0.8 or not found else random.choice(found)
        case["requests"].append(request(random, documents, chosen, target == "requests"))
    return case


def schema(random, model, is_broken):
    printer = Printer(random, model)
    if random.random() < 0.5:
        return {"format": "json", "text": json_text(random, printer.json(), 1 if is_broken else 0)}
    text = printer.cedar()
    if random.random() < 0.15:
        text = spaced(random, text)
    if is_broken:
        text = broken_text(random, text, SCHEMA_TOKENS)
    return {"format": "cedar", "text": text}


def policies(random, model, environment, is_broken):
    wild = random.choice([0, 0, 0.01, 0.03, 0.1])
    writer = Policies(random, model, environment, wild)
    texts = [writer.policy() for _ in range(random.choice([1, 2, 2, 3, 4]))]
    text = "\n".join(texts)
    if random.random() < 0.15:
        text = spaced(random, text)
    node = {"format": "cedar", "text": text}
    if random.random() < 0.3:
        try:
            document = json.loads(cedarpy.policies_to_json_str(text))
        except ValueError:
            document = None
        if document is not None:
            if random.random() < 0.3 and document["templates"]:
                document["templateLinks"] = template_links(random, writer, document["templates"])
            node = {"format": "json", "text": json_text(random, document, 1 if is_broken else 0.05)}
            is_broken = False
    if is_broken:
        node["text"] = broken_text(random, text, POLICY_TOKENS)
    if "?" in text:
        node["links"] = links(random, writer, texts)
    return node


def slot_value(random, writer, type_):
    types = writer.types()
    type_ = type_ if type_ and random.random() < 0.85 else random.choice(types + ["Nope"])
    return {"type": type_, "id": writer.id(type_)}


def values(random, writer, slots):
    environment = writer.environment
    types = {
        "?principal": environment and environment.principal, "?resource": environment and environment.resource}
    if random.random() < 0.06:
        slots = random.choice([[], ["?principal"], ["?resource"], ["?principal", "?resource"]])
    return {slot: slot_value(random, writer, types[slot]) for slot in slots}


def slots_of(text):
    return [slot for slot in ("?principal", "?resource") if slot in text]


def links(random, writer, texts):
    found = []
    for number, text in enumerate(texts):
        slots = slots_of(text)
        for _ in range(random.choice([1, 1, 2]) if slots else random.random() < 0.05):
            found.append({
                "template": f"policy{number}" if random.random() < 0.97 else "nope",
                "id": f"link{len(found)}" if random.random() < 0.97 else random.choice(["policy0", "link0"]),
                "values": values(random, writer, slots),
            })
    return found


def template_links(random, writer, templates):
    return [
        {"templateId": id, "newId": f"made{number}", "values": {
            slot: {"__entity": uid} if random.random() < 0.5 else uid
            for slot, uid in values(random, writer, slots_of(json.dumps(template))).items()}}
        for number, (id, template) in enumerate(templates.items())
    ]


def request(random, documents, environment, is_broken):
    made = documents.request(environment)
    if is_broken and random.random() < 0.7:
        key = random.choice(list(made) + ["context"])
        if key == "context":
            context = documents.context(environment) if environment else {}
            made["context"] = json_text(random, context, 1)
        elif isinstance(made[key], str):
            made[key] = broken_characters(random, made[key])
        else:
            made[key] = made[key] | {random.choice(["type", "id"]): broken_characters(random, random.choice(["User", "a", "N::User"]))}
    return made
