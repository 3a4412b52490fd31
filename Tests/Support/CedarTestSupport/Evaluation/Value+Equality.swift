package import CedarSyntax

extension Value {
    /// Returns what Cedar's `==` says: values of different kinds are never equal, sets are
    /// compared without order and duplicates, records by their keys, extensions by value.
    package func isEqual(to other: Value) -> Bool {
        switch (self, other) {
        case (.bool(let left), .bool(let right)): left == right
        case (.long(let left), .long(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.entity(let left), .entity(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left.scaled == right.scaled
        case (.ip(let left), .ip(let right)): left == right
        case (.datetime(let left), .datetime(let right)): left.milliseconds == right.milliseconds
        case (.duration(let left), .duration(let right)): left.milliseconds == right.milliseconds
        case (.set(let left), .set(let right)):
            left.allSatisfy(right.contains(equalTo:)) && right.allSatisfy(left.contains(equalTo:))
        case (.record(let left), .record(let right)):
            left.count == right.count
                && left.allSatisfy { member in
                    right.first { $0.key == member.key }?.value.isEqual(to: member.value) ?? false
                }
        default: false
        }
    }
}

extension [Value] {
    /// Returns whether an element equals the value.
    package func contains(equalTo value: Value) -> Bool {
        contains { $0.isEqual(to: value) }
    }
}
