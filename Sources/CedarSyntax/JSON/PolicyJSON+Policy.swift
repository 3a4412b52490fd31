import JSON

extension PolicyJSON {
    /// Reads one policy or template.
    func policy(_ node: JSONNode) throws(DataError) -> Policy {
        let names: [StaticString] = [
            "effect", "principal", "action", "resource", "conditions", "annotations",
        ]
        let fields = try fields(node, of: "a policy", names, required: 5, isPositional: true)
        func field(_ index: Int) -> JSONNode { present(fields[index], in: node) }
        let effect: Policy.Effect
        switch word(field(0)) {
        case "permit": effect = .permit
        case "forbid": effect = .forbid
        default: throw error(field(0), "the effect must be `permit` or `forbid`")
        }
        let annotations = try fields[5].map { node throws(DataError) in try self.annotations(node) }
        return Policy(
            effect: effect, annotations: annotations ?? [],
            principal: try scope(field(1), .principal), action: try actionScope(field(2)),
            resource: try scope(field(3), .resource), conditions: try conditions(field(4)),
            span: span(node))
    }

    private func annotations(_ node: JSONNode) throws(DataError) -> [Policy.Annotation] {
        guard tape.kind(node) == .object else {
            throw error(node, "`annotations` must be an object of strings")
        }
        var annotations: [Policy.Annotation] = []
        for (key, value) in tape.members(node) {
            let name = text(key)
            guard name.isWord else {
                throw error(
                    key,
                    "`\(name)` cannot name an annotation: it needs letters, digits and `_`, "
                        + "no digit first")
            }
            guard tape.kind(value) == .string || tape.kind(value) == .null else {
                throw error(value, "the annotation `\(name)` must be a string or null")
            }
            annotations.append(
                Policy.Annotation(
                    key: name, value: tape.kind(value) == .null ? nil : text(value),
                    span: span(key)))
        }
        return annotations
    }

    private func conditions(_ node: JSONNode) throws(DataError) -> [Policy.Condition] {
        guard tape.kind(node) == .array else {
            throw error(node, "`conditions` must be an array")
        }
        var conditions: [Policy.Condition] = []
        for element in tape.elements(node) {
            let fields = try fields(
                element, of: "a condition", ["kind", "body"], required: 2, isPositional: true)
            let kind: Policy.Condition.Kind
            switch word(present(fields[0], in: element)) {
            case "when": kind = .when
            case "unless": kind = .unless
            default:
                throw error(
                    present(fields[0], in: element), "a condition's kind is `when` or `unless`")
            }
            conditions.append(
                Policy.Condition(
                    kind: kind, body: try expression(present(fields[1], in: element)),
                    span: span(element)))
        }
        return conditions
    }

    /// Reads the constraint on the principal or the resource, whose slot is given.
    ///
    /// Members that the operator does not know are ignored, save by `is`.
    private func scope(_ node: JSONNode, _ slot: Slot) throws(DataError) -> ScopeConstraint {
        let sign = try scopeOperator(node)
        switch text(sign) {
        case "All", "all": return .any
        case "==": return .equal(try entityOrSlot(node, slot))
        case "in": return .in(try entityOrSlot(node, slot))
        case "is":
            let fields = try fields(
                node, of: "`is`", ["op", "entity_type", "in"], required: 2, isPositional: true)
            let type = try entityType(present(fields[1], in: node))
            guard let container = fields[2], tape.kind(container) != .null else {
                return .isType(type)
            }
            return .isTypeIn(type, try entityOrSlot(container, slot))
        default:
            throw error(sign, "the operator must be `All`, `==`, `in` or `is`")
        }
    }

    private func actionScope(_ node: JSONNode) throws(DataError) -> ActionConstraint {
        let sign = try scopeOperator(node)
        switch text(sign) {
        case "All", "all": return .any
        case "==":
            guard let entity = tape.member(node, "entity") else {
                throw error(node, "`==` on the action has no `entity`")
            }
            return .equal(try action(entity))
        case "in":
            if let entity = tape.member(node, "entity") { return .in(try action(entity)) }
            guard let list = tape.member(node, "entities") else {
                throw error(node, "`in` on the action has no `entity` and no `entities`")
            }
            guard tape.kind(list) == .array else {
                throw error(list, "`entities` must be an array of actions")
            }
            var actions: [EntityUID] = []
            for element in tape.elements(list) { actions.append(try action(element)) }
            return .inSet(actions)
        default:
            throw error(sign, "the operator on the action must be `All`, `==` or `in`")
        }
    }

    private func action(_ node: JSONNode) throws(DataError) -> EntityUID {
        let uid = try values.uid(node)
        guard uid.isAction else {
            throw error(node, "`\(uid)` is no action: its type must be `Action` or end so")
        }
        return uid
    }

    /// The string that names a scope's operator; of an array only that of `["All"]` and of
    /// `["is", type, in]`, whose `in` may be null but not left out.
    private func scopeOperator(_ node: JSONNode) throws(DataError) -> JSONNode {
        if tape.kind(node) == .array, let first = tape.elements(node).first(where: { _ in true }) {
            switch tape.count(node) {
            case 1 where tape.stringEquals(first, "All") || tape.stringEquals(first, "all"):
                return first
            case 3 where tape.stringEquals(first, "is"): return first
            default: break
            }
        }
        guard tape.kind(node) == .object else {
            throw error(node, "a scope must be an object, as `{\"op\": \"All\"}`")
        }
        guard let sign = tape.member(node, "op") else {
            throw error(node, "the scope has no `op`: `All`, `==`, `in` or `is`")
        }
        guard tape.kind(sign) == .string else {
            throw error(sign, "the operator must be `All`, `==`, `in` or `is`")
        }
        return sign
    }

    private func entityOrSlot(
        _ node: JSONNode, _ slot: Slot
    ) throws(DataError) -> EntityOrSlot {
        guard tape.kind(node) == .object else {
            throw error(node, "expected an object with `entity` or `slot`")
        }
        if let entity = tape.member(node, "entity") { return .entity(try values.uid(entity)) }
        guard let name = tape.member(node, "slot") else {
            throw error(node, "the scope has no `entity` and no `slot` to compare with")
        }
        guard word(name) == slot.rawValue else {
            throw error(name, "the slot here must be `\(slot.rawValue)`")
        }
        return .slot
    }
}

extension Text {
    /// Whether it is letters, digits and `_`, no digit first; reserved words are words too.
    var isWord: Bool {
        guard let first = utf8.first, !(0x30...0x39).contains(first) else { return false }
        return utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
            default: false
            }
        }
    }
}
