extension JSONTape {
    /// Where two values differ, as a path like `.attrs[0].name`; nil when they are equal.
    ///
    /// The order of an object's members does not count; numbers are compared as written.
    /// - Complexity: quadratic in the members of an object, else linear.
    package func difference(
        _ node: JSONNode, _ other: JSONTape, _ otherNode: JSONNode
    ) -> String? {
        var open = [(node, otherNode, "")]
        while let (left, right, path) = open.popLast() {
            guard kind(left) == other.kind(right), count(left) == other.count(right) else {
                return path.isEmpty ? "the top" : path
            }
            switch kind(left) {
            case .null, .true, .false: continue
            case .integer, .otherNumber:
                guard numberText(left) == other.numberText(right) else { return path }
            case .string:
                guard bytes(left) == other.bytes(right) else { return path }
            case .array:
                for (index, pair) in zip(elements(left), other.elements(right)).enumerated() {
                    open.append((pair.0, pair.1, "\(path)[\(index)]"))
                }
            case .object:
                for (key, value) in members(left) {
                    let name = bytes(key)
                    let match = other.members(right).first { other.bytes($0.key) == name }
                    let inner = "\(path).\(string(key) ?? "")"
                    guard let match else { return inner }
                    open.append((value, match.value, inner))
                }
            }
        }
        return nil
    }
}
