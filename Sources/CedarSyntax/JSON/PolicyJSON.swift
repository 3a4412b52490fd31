import JSON

/// Reads policies and policy sets from Cedar's JSON policy format.
///
/// The reference implementation reads structures also from arrays of their members in order, and
/// words also as `{"word": null}`; both are understood here where it does so.
///
/// Source: Cedar documentation, "JSON policy format".
struct PolicyJSON {
    let values: ValueJSON
    let limits: SyntaxLimits

    var tape: JSONTape { values.tape }

    /// Parses the JSON itself.
    ///
    /// An operator is two levels of JSON and a chain of `&&` nests as deep as it is long, so that
    /// the bound on the tree, not one on the JSON, decides what is too deep.
    init(_ source: [UInt8], limits: SyntaxLimits) throws(DataError) {
        do throws(JSONError) {
            values = ValueJSON(
                try JSONTape(
                    parsing: source,
                    limits: JSONLimits(
                        maximumBytes: limits.maximumBytes, maximumDepth: limits.maximumBytes)))
        } catch {
            throw DataError(error)
        }
        self.limits = limits
    }

    func text(_ node: JSONNode) -> Text { values.text(node) }

    func error(_ node: JSONNode, _ message: String) -> DataError { values.error(node, message) }

    func span(_ node: JSONNode) -> SourceSpan {
        SourceSpan(tape.offset(node), tape.endOffset(node))
    }

    /// The members of an object by name, in the order of `names`; nil for those left out.
    ///
    /// - Parameters:
    ///   - required: how many of the names, from the first, must be there.
    ///   - isPositional: whether an array of the members' values is as good.
    ///   - isOpen: whether members with other names are ignored.
    func fields(
        _ node: JSONNode, of what: String, _ names: [StaticString], required: Int,
        isPositional: Bool = false, isOpen: Bool = false
    ) throws(DataError) -> [JSONNode?] {
        var found = [JSONNode?](repeating: nil, count: names.count)
        switch tape.kind(node) {
        case .object:
            for (key, value) in tape.members(node) {
                guard let index = names.firstIndex(where: { tape.stringEquals(key, $0) }) else {
                    if isOpen { continue }
                    let nearest = nearestName(
                        to: text(key).string, among: names.map { "\($0)" })
                    let hint = nearest.map { ": did you mean `\($0)`?" } ?? ""
                    throw error(key, "\(what) has no member `\(text(key))`\(hint)")
                }
                found[index] = value
            }
        case .array where isPositional:
            guard tape.count(node) <= names.count else {
                throw error(node, "\(what) has more than \(names.count) members")
            }
            for (index, value) in tape.elements(node).enumerated() { found[index] = value }
        default:
            throw error(node, "\(what) must be an object")
        }
        for index in 0..<required where found[index] == nil {
            throw error(node, "\(what) has no `\(names[index])`")
        }
        return found
    }

    /// A member that `fields` has required.
    func present(_ node: JSONNode?, in parent: JSONNode) -> JSONNode { node ?? parent }

    /// A word: a string, or an object with that one key and null.
    func word(_ node: JSONNode) -> Text? {
        switch tape.kind(node) {
        case .string: return text(node)
        case .object where tape.count(node) == 1:
            for (key, value) in tape.members(node) where tape.kind(value) == .null {
                return text(key)
            }
            return nil
        default: return nil
        }
    }

    /// The name of an entity type.
    func entityType(_ node: JSONNode) throws(DataError) -> Text {
        guard tape.kind(node) == .string else {
            throw error(node, "an entity type's name must be a string")
        }
        return try values.typeName(node)
    }

    /// The name of an attribute, any string.
    func attribute(_ node: JSONNode) throws(DataError) -> Text {
        guard tape.kind(node) == .string else {
            throw error(node, "an attribute's name must be a string")
        }
        return text(node)
    }
}
