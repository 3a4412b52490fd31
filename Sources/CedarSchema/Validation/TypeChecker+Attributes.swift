import CedarSyntax

// Attributes and tags.

extension TypeChecker {
    mutating func attribute(
        _ name: Text, of operand: Expression, at span: SourceSpan, _ known: CapabilitySet
    ) -> Answer {
        let answer = expect(.entityOrRecord, operand, known)
        guard let owner = answer.type else { return .failed }
        if owner.isEntity { dereference(answer.reach, at: span) }
        return Answer(
            type: attribute(name, of: owner, at: span) {
                known.contains(.attribute(of: ExpressionKey(operand), name))
            }, reach: owner.isEntity ? answer.reach.next : answer.reach.member(name))
    }

    /// The type of an attribute that must be there; nil after an error.
    ///
    /// - Parameter isKnown: whether a condition has made sure of it; asked only when it matters.
    private mutating func attribute(
        _ name: Text, of owner: StaticType, at span: SourceSpan, isKnown: () -> Bool
    ) -> StaticType? {
        guard let attribute = attributes(of: owner)[name] else {
            let meant = nearestName(
                to: name.string, among: attributes(of: owner).attributes.map(\.name.string))
            var help = meant.map { "did you mean `\($0)`?" }
            if help == nil, mayHave(name, in: owner) {
                help = "only some of these types have it, or with different types"
            }
            fail(span, "`\(owner)` has no attribute `\(name)`", help: help)
            return nil
        }
        guard attribute.isRequired || isKnown() else {
            fail(
                span, "the attribute `\(name)` of `\(owner)` is optional and may be missing",
                help: "test for it first: `… has \(spelling(name)) && …`")
            return nil
        }
        return attribute.type
    }

    /// Checks `operand has a.b.c`, which is `operand has a && operand.a has b && …`.
    mutating func presence(
        _ path: [Text], of operand: Expression, at span: SourceSpan, _ known: CapabilitySet
    ) -> Answer {
        let answer = expect(.entityOrRecord, operand, known, help: Self.helpForHas)
        guard var owner = answer.type else { return .failed }
        var reach = answer.reach
        var key = ExpressionKey(operand)
        var known = known
        var result = Answer(.bool(true))
        for (index, name) in path.enumerated() {
            guard Expectation.entityOrRecord.accepts(owner) else {
                fail(
                    span,
                    "expected an entity or a record before `.\(spelling(name))`, found "
                        + "`\(owner)`", help: Self.helpForHas(owner))
                return .failed
            }
            if owner.isEntity { dereference(reach, at: span) }
            let capability = Capability.attribute(of: key, name)
            guard let truth = presence(name, in: owner, known.contains(capability)) else {
                return Answer(.bool(false))
            }
            if attributes(of: owner)[name] != nil {
                known.insert(capability)
                result.capabilities.insert(capability)
            }
            if truth == .bool(nil) { result.type = truth }
            guard index + 1 < path.count else { break }
            let inner = attribute(name, of: owner, at: span) { known.contains(capability) }
            guard let inner else { return .failed }
            reach = owner.isEntity ? reach.next : reach.member(name)
            owner = inner
            key = key.attribute(name)
        }
        return result
    }

    /// Whether an attribute exists: nil for never.
    private func presence(_ name: Text, in owner: StaticType, _ isKnown: Bool) -> StaticType? {
        guard let attribute = attributes(of: owner)[name] else {
            return mayHave(name, in: owner) ? .bool(nil) : nil
        }
        if isKnown { return .bool(true) }
        // An entity itself may be missing, and then has no attributes at all.
        return attribute.isRequired && !owner.isEntity ? .bool(true) : .bool(nil)
    }

    private func attributes(of owner: StaticType) -> StaticRecord {
        switch owner {
        case .entity(let names): types.attributes(of: names)
        case .record(let record): record
        default: .empty
        }
    }

    private func mayHave(_ name: Text, in owner: StaticType) -> Bool {
        switch owner {
        case .never: true
        case .entity(let names): types.mayHave(name, in: names)
        case .record(let record): record.isOpen || record[name] != nil
        default: false
        }
    }

    mutating func tagPresence(
        _ operand: Expression, _ key: Expression, _ known: CapabilitySet
    ) -> Answer {
        let owner = expect(.entity, operand, known, help: Self.helpForTags)
        let name = expect(.string, key, known)
        guard case .entity(let names)? = owner.type, name.type != nil else { return .failed }
        dereference(owner.reach, at: operand.span)
        let capability = Capability.tag(of: ExpressionKey(operand), ExpressionKey(key))
        let truth: Bool? =
            types.tags(of: names).isEmpty ? false : known.contains(capability) ? true : nil
        return Answer(type: .bool(truth), capabilities: [capability])
    }

    mutating func tag(
        _ operand: Expression, _ key: Expression, at span: SourceSpan, _ known: CapabilitySet
    ) -> Answer {
        let owner = expect(.entity, operand, known, help: Self.helpForTags)
        let name = expect(.string, key, known)
        guard case .entity(let names)? = owner.type, name.type != nil else { return .failed }
        dereference(owner.reach, at: span)
        let tags = types.tags(of: names)
        guard !tags.isEmpty else {
            fail(
                span, "entities of the type `\(StaticType.entity(names))` have no tags",
                help: "declare them in the schema: `entity … tags Type;`")
            return .failed
        }
        let capability = Capability.tag(of: ExpressionKey(operand), ExpressionKey(key))
        guard known.contains(capability) else {
            fail(
                span, "the tag of `\(StaticType.entity(names))` may be missing",
                help: "test for it first: `….hasTag(key) && …`, with the same key")
            return .failed
        }
        var joined: StaticType? = .never
        for tag in tags { joined = joined?.joined(with: tag, mode) }
        if joined == nil {
            fail(span, "the tags of `\(StaticType.entity(names))` are of different types")
        }
        return Answer(type: joined, reach: owner.reach.next)
    }

    private static func helpForTags(_ type: StaticType) -> String? {
        guard case .record = type else { return nil }
        return "only entities have tags; to test a record for an attribute write `has`"
    }

    /// A name as it is written after `has` or a dot: in quotes unless it is a word.
    private func spelling(_ name: Text) -> String {
        let isWord =
            name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        return isWord ? name.string : name.quoted
    }
}
