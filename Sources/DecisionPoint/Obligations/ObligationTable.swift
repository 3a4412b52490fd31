package import CedarEngine
import CedarSyntax

/// The obligations of all policies of a ruleset: made when policies are loaded, read after decisions
/// without allocation.
package final class ObligationTable: Sendable {
    /// A range of ``bytes``.
    private struct Place: BitwiseCopyable {
        let start: UInt32
        let end: UInt32
    }

    private struct Part: BitwiseCopyable {
        let kind: Obligations.Kind
        let name: Place
        let value: Place
    }

    private struct PolicyEntry: BitwiseCopyable {
        let status: Obligations.Status?
        let first: UInt32
        let end: UInt32
    }

    private let bytes: [UInt8]
    private let parts: [Part]
    private let policies: [PolicyEntry]
    /// The names of the header fields that permits set, in lower case, each once.
    let requestFields: [[UInt8]]

    /// Compiles the annotations of the policies of a ruleset, which must have been found good.
    package convenience init(_ ruleset: Ruleset, _ rules: ObligationRules) {
        let read = ruleset.policies.map { information in
            PolicyObligations.read(
                Policy(
                    effect: information.effect, annotations: information.annotations,
                    principal: .any, action: .any, resource: .any, conditions: [],
                    span: SourceSpan(0, 0)), rules
            ).obligations
        }
        self.init(
            read,
            requestFields: zip(ruleset.policies, read).flatMap { information, obligations in
                information.effect == .permit ? obligations.fields : []
            })
    }

    init(_ policies: [PolicyObligations], requestFields: [[UInt8]] = []) {
        self.requestFields = Set(requestFields).sorted { $0.lexicographicallyPrecedes($1) }
        var bytes: [UInt8] = []
        var parts: [Part] = []
        var entries: [PolicyEntry] = []
        func store(_ text: [UInt8]) -> Place {
            let start = UInt32(bytes.count)
            bytes += text
            return Place(start: start, end: UInt32(bytes.count))
        }
        for policy in policies {
            let first = UInt32(parts.count)
            for part in policy.parts {
                parts.append(
                    Part(kind: part.kind, name: store(part.name), value: store(part.value)))
            }
            entries.append(
                PolicyEntry(status: policy.status, first: first, end: UInt32(parts.count)))
        }
        self.bytes = bytes
        self.parts = parts
        self.policies = entries
    }

    /// Whether no policy asks for anything.
    package var isEmpty: Bool { parts.isEmpty && policies.allSatisfy { $0.status == nil } }

    /// Puts together what the determining policies of a decision ask for.
    ///
    /// In the order of the policies' numbers, which is that of their files: an obligation or reason
    /// that two have counts once, of header fields with one name and of challenges the first. The
    /// status is that of ``Obligations/Status``.
    ///
    /// - Parameter reasons: the numbers of the determining policies, in rising order.
    package func merge(_ reasons: Span<UInt32>, into merged: inout MergedObligations) {
        merged.removeAll()
        var status: Obligations.Status?
        for index in reasons.indices {
            let policy = policies[Int(reasons[index])]
            let own = policy.status ?? .denied
            status = status.map { $0.stricter(own) } ?? own
        }
        merged.status = status ?? .denied
        for index in reasons.indices {
            let policy = policies[Int(reasons[index])]
            for part in Int(policy.first)..<Int(policy.end) {
                if parts[part].kind == .challenge, merged.status != .unauthenticated { continue }
                if !contains(merged, part) { merged.parts.append(UInt32(part)) }
            }
        }
    }

    private func contains(_ merged: MergedObligations, _ part: Int) -> Bool {
        for index in merged.parts.indices {
            let other = Int(merged.parts[index])
            guard parts[other].kind == parts[part].kind else { continue }
            switch parts[part].kind {
            case .challenge: return true
            case .header: if isEqual(parts[other].name, parts[part].name) { return true }
            case .obligation, .reason:
                if isEqual(parts[other].name, parts[part].name),
                    isEqual(parts[other].value, parts[part].value)
                {
                    return true
                }
            }
        }
        return false
    }

    private func isEqual(_ left: Place, _ right: Place) -> Bool {
        guard left.end - left.start == right.end - right.start else { return false }
        for offset in 0..<Int(left.end - left.start)
        where bytes[Int(left.start) + offset] != bytes[Int(right.start) + offset] {
            return false
        }
        return true
    }

    // MARK: Reading

    /// The kind of a part of ``MergedObligations``.
    package func kind(_ part: UInt32) -> Obligations.Kind { parts[Int(part)].kind }

    /// Lends name and value of a part, in UTF-8.
    package func withPart<Result, Failure: Error>(
        _ part: UInt32, _ body: (Span<UInt8>, Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (name, value) = (parts[Int(part)].name, parts[Int(part)].value)
        let bytes = bytes
        let span = bytes.span
        return try body(
            span.extracting(Int(name.start)..<Int(name.end)),
            span.extracting(Int(value.start)..<Int(value.end)))
    }
}

/// What one decision asks for; keep one for a worker, so that it allocates nothing after warm-up.
package struct MergedObligations: Sendable {
    /// The status if the decision is a deny.
    package internal(set) var status = Obligations.Status.denied
    /// Numbers for ``ObligationTable/withPart(_:_:)``, in order.
    package internal(set) var parts: [UInt32] = []

    package init() { parts.reserveCapacity(ObligationRules.maximumParts) }

    /// Forgets what was asked for, and keeps the memory.
    package mutating func removeAll() {
        status = .denied
        if !parts.isEmpty { parts.removeAll(keepingCapacity: true) }
    }
}
