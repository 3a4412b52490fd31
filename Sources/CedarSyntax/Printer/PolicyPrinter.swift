/// Prints policies in Cedar's own syntax, on one line a part, so that they parse to the same tree.
///
/// Comments and the layout of the source are not in the tree and so are lost.
struct PolicyPrinter {
    var bytes: [UInt8] = []
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    mutating func print(_ text: String) { bytes += text.utf8 }

    mutating func print(_ text: Text) { bytes += text.utf8 }

    /// Prints a policy without a line break at its end.
    mutating func print(_ policy: Policy) throws(OutputOverflow) {
        for annotation in policy.annotations {
            print("@")
            print(annotation.key)
            if let value = annotation.value { print("(\(value.quoted))") }
            print("\n")
        }
        print("\(policy.effect.rawValue) (principal")
        print(policy.principal, .principal)
        print(", action")
        print(policy.action)
        print(", resource")
        print(policy.resource, .resource)
        print(")")
        for condition in policy.conditions {
            print("\n\(condition.kind.rawValue) { ")
            try print(condition.body)
            print(" }")
        }
        print(";")
    }

    private mutating func print(_ constraint: ScopeConstraint, _ slot: Slot) {
        switch constraint {
        case .any: break
        case .equal(let target): print(" == \(spelling(target, slot))")
        case .in(let target): print(" in \(spelling(target, slot))")
        case .isType(let type): print(" is \(type)")
        case .isTypeIn(let type, let target):
            print(" is \(type) in \(spelling(target, slot))")
        }
    }

    private func spelling(_ target: EntityOrSlot, _ slot: Slot) -> String {
        switch target {
        case .entity(let uid): uid.description
        case .slot: slot.rawValue.string
        }
    }

    private mutating func print(_ constraint: ActionConstraint) {
        switch constraint {
        case .any: break
        case .equal(let uid): print(" == \(uid)")
        case .in(let uid): print(" in \(uid)")
        case .inSet(let uids):
            print(" in [\(uids.map(\.description).joined(separator: ", "))]")
        }
    }
}

extension Policy {
    /// The policy or template in Cedar's own syntax; it parses to the same tree.
    ///
    /// Exceptions, which only JSON can express: a method call without a receiver has no text (what
    /// is printed does not parse), and `has` over a path with names that are no identifiers is
    /// printed as the `&&` it means.
    /// - Throws: when it has more than `limit` bytes.
    package func cedarText(
        limit: Int = OutputOverflow.standardLimit
    ) throws(OutputOverflow) -> String {
        var printer = PolicyPrinter(limit: limit)
        try printer.print(self)
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}

extension Expression {
    /// The expression in Cedar's own syntax, with the parentheses it needs.
    ///
    /// - Throws: when it has more than `limit` bytes.
    package func cedarText(
        limit: Int = OutputOverflow.standardLimit
    ) throws(OutputOverflow) -> String {
        var printer = PolicyPrinter(limit: limit)
        try printer.print(self)
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}

extension PolicySet {
    /// The static policies and templates in Cedar's own syntax, an empty line between two.
    ///
    /// Ids and links have no place in such a text: nothing is said of them.
    /// - Throws: when it has more than `limit` bytes.
    package func cedarText(
        limit: Int = OutputOverflow.standardLimit
    ) throws(OutputOverflow) -> String {
        var printer = PolicyPrinter(limit: limit)
        for (index, member) in members.enumerated() {
            if index > 0 { printer.print("\n\n") }
            try printer.print(member.policy)
        }
        return String(decoding: printer.bytes, as: UTF8.self)
    }
}
