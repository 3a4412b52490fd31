import CedarEngine
import CedarSyntax
import JSON

extension ConformanceCase {
    /// Whether entities read from a text are those that the reference read from it.
    ///
    /// - Parameter recorded: all of the reference's entities, actions too, with explicit values and
    ///   with all ancestors as parents.
    func compare(_ entities: [Entity], _ recorded: JSONNode) -> CheckResult {
        var encoder = FlatEncoder()
        do {
            let own = Dictionary(
                entities.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
            let others = try json.entities(recorded)
            if let missing = others.first(where: { own[$0.uid] == nil }) {
                return .failed("entities: `\(missing.uid)` is missing")
            }
            guard others.count == own.count else {
                return .failed("entities: \(own.count) instead of \(others.count)")
            }
            for other in others {
                guard let entity = own[other.uid] else { continue }
                guard
                    try encoder.encode(record: entity.attributes)
                        == encoder.encode(record: other.attributes)
                else { return .failed("entities: other attributes of `\(other.uid)`") }
                guard
                    try encoder.encode(record: entity.tags) == encoder.encode(record: other.tags)
                else { return .failed("entities: other tags of `\(other.uid)`") }
                guard Self.ancestors(of: entity, among: entities) == Set(other.parents) else {
                    return .failed("entities: other ancestors of `\(other.uid)`")
                }
            }
            return .passed
        } catch {
            return .failed("entities: cannot be compared: \(error)")
        }
    }
}
