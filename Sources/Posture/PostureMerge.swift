package import CedarSyntax

/// Puts a report into a device's entity.
///
/// Of each attribute the newest collection counts. One as old as what is there counts when it is
/// worse for the device; so reports in any order, and any number of times, come to the same. A report
/// that is taken again under other lifetimes counts for those.
package struct PostureMerge: Sendable {
    package static let collectedAt: Text = "collectedAt"
    package static let expiresAt: Text = "expiresAt"
    package static let boundTo: Text = "boundTo"

    package let rules: FreshnessRules
    /// Names of attributes where entities call them otherwise.
    package let names: [PostureAttribute: Text]
    /// The attributes that are kept; nil for all.
    package let kept: Set<PostureAttribute>?

    package init(
        rules: FreshnessRules = FreshnessRules(), names: [PostureAttribute: Text] = [:],
        kept: Set<PostureAttribute>? = nil
    ) {
        self.rules = rules
        self.names = names
        self.kept = kept
    }

    /// What entities call an attribute.
    package func name(_ attribute: PostureAttribute) -> Text {
        names[attribute] ?? attribute.name
    }

    /// Refuses a report that claims to be from the future.
    ///
    /// - Parameter now: milliseconds since 1970.
    package func require(_ report: PostureReport, notAfter now: Int64) throws(PostureError) {
        let (latest, overflow) = now.addingReportingOverflow(rules.allowedSkew)
        for fact in report.facts where !overflow && fact.collectedAt > latest {
            throw PostureError(
                .fromTheFuture,
                "`\(fact.attribute)` of `\(report.device)` was collected at "
                    + "\(DateTime(milliseconds: fact.collectedAt)), which is still to come: set "
                    + "the source's clock", at: report.offset)
        }
    }

    /// The entity with what the report adds; nil when it adds nothing.
    package func applied(_ report: PostureReport, to entity: Entity) -> Entity? {
        var state = DeviceState(entity)
        for fact in report.facts where kept?.contains(fact.attribute) ?? true {
            apply(fact, &state)
        }
        for binding in report.bindings { state.bind(binding) }
        return state.isChanged ? state.entity : nil
    }

    private func apply(_ fact: PostureFact, _ state: inout DeviceState) {
        let name = name(fact.attribute)
        if let known = state.collected[name] {
            if fact.collectedAt < known { return }
            if fact.collectedAt == known {
                let present = state.attributes[name].flatMap { PostureReading($0) } ?? .unknown
                if present == .unknown { return }
                if present == fact.reading {
                    // The same again, which counts for as long as the rules say now.
                    if state.expiries[name] == expiry(fact) { return }
                } else if !fact.reading.outweighs(present, for: fact.attribute) {
                    return
                }
            }
        }
        state.isChanged = true
        state.collected[name] = fact.collectedAt
        state.attributes[name] = fact.reading.value
        state.expiries[name] = expiry(fact)
    }

    /// Until when a fact counts; nil when nothing is known.
    private func expiry(_ fact: PostureFact) -> Int64? {
        if fact.reading == .unknown { return nil }
        let (end, overflow) = fact.collectedAt.addingReportingOverflow(rules[fact.attribute])
        return overflow ? .max : end
    }
}

/// A device's entity taken apart.
private struct DeviceState {
    private let original: Entity
    var attributes: [Text: Value] = [:]
    var collected: [Text: Int64] = [:]
    var expiries: [Text: Int64] = [:]
    private var bound: [Text: [Text]] = [:]
    var isChanged = false

    init(_ entity: Entity) {
        original = entity
        for (key, value) in entity.attributes { attributes[key] = value }
        collected = Self.instants(attributes[PostureMerge.collectedAt])
        expiries = Self.instants(attributes[PostureMerge.expiresAt])
        if case .record(let members) = attributes[PostureMerge.boundTo] {
            for case (let member, .set(let keys)) in members {
                bound[member] = keys.compactMap {
                    if case .string(let key) = $0 { key } else { nil }
                }
            }
        }
    }

    private static func instants(_ value: Value?) -> [Text: Int64] {
        guard case .record(let members) = value else { return [:] }
        var instants: [Text: Int64] = [:]
        for case (let key, .datetime(let instant)) in members {
            instants[key] = instant.milliseconds
        }
        return instants
    }

    mutating func bind(_ binding: PostureBinding) {
        if bound[binding.member]?.contains(binding.key) == true { return }
        bound[binding.member, default: []].append(binding.key)
        isChanged = true
    }

    var entity: Entity {
        var attributes = attributes
        func record(_ instants: [Text: Int64]) -> Value {
            .record(
                instants.map { (key: $0.key, value: .datetime(DateTime(milliseconds: $0.value))) })
        }
        attributes[PostureMerge.collectedAt] = collected.isEmpty ? nil : record(collected)
        attributes[PostureMerge.expiresAt] = expiries.isEmpty ? nil : record(expiries)
        if !bound.isEmpty {
            attributes[PostureMerge.boundTo] = .record(
                bound.map { (key: $0.key, value: .set($0.value.map { .string($0) })) })
        }
        var entity = original
        entity.attributes = attributes.map { (key: $0.key, value: $0.value) }
        return entity
    }
}

extension PostureMerge {
    /// The entity without some of its keys; nil when it has none of them.
    package static func unbound(_ bindings: [PostureBinding], from entity: Entity) -> Entity? {
        guard let index = entity.attributes.firstIndex(where: { $0.key == boundTo }),
            case .record(var members) = entity.attributes[index].value
        else { return nil }
        var isChanged = false
        for (place, member) in members.enumerated() {
            guard case .set(let keys) = member.value else { continue }
            let kept = keys.filter { key in
                guard case .string(let text) = key else { return true }
                return !bindings.contains { $0.member == member.key && $0.key == text }
            }
            if kept.count < keys.count { isChanged = true }
            members[place].value = .set(kept)
        }
        guard isChanged else { return nil }
        var entity = entity
        entity.attributes[index].value = .record(members)
        return entity
    }
}
