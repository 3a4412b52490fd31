import CedarSyntax

/// How far from the request the entity is that an expression names: how many entities must be read
/// to find it.
///
/// Source: Cedar RFC 76, "Level validation".
struct Reach: Hashable, Sendable {
    /// 0 for the variables of the request; one more for each attribute or tag of an entity.
    var level = 0
    /// Whether it may be an entity that the policy names itself, which no level brings.
    var isLiteral = false
    /// Of a record literal, that of each member.
    var members: [Text: Reach]?

    /// The reach of a record's member.
    func member(_ name: Text) -> Reach {
        members?[name] ?? Reach(level: level, isLiteral: isLiteral)
    }

    /// The reach of what is read from an entity of this reach.
    var next: Reach { Reach(level: level + 1) }

    /// The reach of either of two expressions.
    func joined(with other: Reach) -> Reach {
        var joined = Reach(
            level: max(level, other.level), isLiteral: isLiteral || other.isLiteral)
        guard members != nil || other.members != nil else { return joined }
        var all: [Text: Reach] = [:]
        for name in Set(members?.keys.map { $0 } ?? []).union(other.members?.keys.map { $0 } ?? [])
        {
            all[name] = member(name).joined(with: other.member(name))
        }
        joined.members = all
        return joined
    }
}

extension TypeChecker {
    /// Notes that an entity's attributes, tags or ancestors are read.
    mutating func dereference(_ reach: Reach, at span: SourceSpan) {
        guard let maximumLevel else { return }
        if reach.isLiteral {
            levelErrors.append(
                Diagnostic(
                    span: span,
                    message: "an entity named in the policy is read, which no level allows",
                    help: "begin with `principal`, `resource` or `context`"))
        } else if reach.level == maximumLevel {
            // What lies deeper was reported where it passed the limit.
            levelErrors.append(
                Diagnostic(
                    span: span,
                    message: "this reads entities of level \(reach.level + 1), the limit is "
                        + "\(maximumLevel)"))
        }
    }
}
