import CedarSyntax

/// The types that an operator takes.
enum Expectation: Hashable {
    case bool, long, string, set, entity
    case `extension`(ExtensionType)
    case entityOrRecord
    case entityOrEntities

    func accepts(_ type: StaticType) -> Bool {
        switch (self, type) {
        case (_, .never), (.bool, .bool), (.long, .long), (.string, .string), (.set, .set),
            (.entity, .entity), (.entityOrRecord, .entity), (.entityOrRecord, .record),
            (.entityOrEntities, .entity), (.entityOrEntities, .set(.entity)),
            (.entityOrEntities, .set(.never)):
            true
        case (.extension(let wanted), .extension(let type)): wanted == type
        default: false
        }
    }

    var words: String {
        switch self {
        case .bool: "`Bool`"
        case .long: "`Long`"
        case .string: "`String`"
        case .set: "a set"
        case .entity: "an entity"
        case .extension(let type): "`\(type.rawValue)`"
        case .entityOrRecord: "an entity or a record"
        case .entityOrEntities: "an entity or a set of entities"
        }
    }
}

extension TypeChecker {
    /// Checks an operand; an error unless it is of the type expected.
    ///
    /// - Parameter help: what to do about a wrong type, when there is something to say.
    mutating func expect(
        _ expectation: Expectation, _ operand: Expression, _ known: CapabilitySet,
        help: (StaticType) -> String? = { _ in nil }
    ) -> Answer {
        var answer = check(operand, known)
        guard let type = answer.type, !expectation.accepts(type) else { return answer }
        fail(
            operand.span, "expected \(expectation.words), found `\(type)`", help: help(type))
        answer.type = nil
        return answer
    }

    mutating func fail(_ span: SourceSpan, _ message: String, help: String? = nil) {
        errors.append(Diagnostic(span: span, message: message, help: help))
    }

    /// What authors reach for when they use a set's methods on something else.
    static func helpForSet(_ type: StaticType) -> String? {
        switch type {
        case .entity: "to test whether an entity is below another write `in`"
        case .record: "to test for an attribute write `has`"
        case .string: "to search in a text write `like \"*…*\"`"
        default: nil
        }
    }

    static func helpForHas(_ type: StaticType) -> String? {
        switch type {
        case .set: "to test for an element of a set write `.contains(…)`"
        case .string: "to search in a text write `like \"*…*\"`"
        default: nil
        }
    }
}
