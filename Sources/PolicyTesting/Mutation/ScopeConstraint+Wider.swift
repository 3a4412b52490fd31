import CedarSyntax

extension ScopeConstraint {
    /// The constraints that let through what this one does and more.
    var wider: [ScopeConstraint] {
        switch self {
        case .any: []
        case .equal(let target): [.in(target), .any]
        case .in, .isType: [.any]
        case .isTypeIn(let type, let target): [.isType(type), .in(target)]
        }
    }

    /// The constraint as it stands after the variable.
    var spelling: String {
        switch self {
        case .any: ""
        case .equal(let target): " == \(target.spelling)"
        case .in(let target): " in \(target.spelling)"
        case .isType(let type): " is \(type)"
        case .isTypeIn(let type, let target): " is \(type) in \(target.spelling)"
        }
    }
}

extension EntityOrSlot {
    fileprivate var spelling: String {
        switch self {
        case .entity(let uid): uid.description
        case .slot: "?"
        }
    }
}
