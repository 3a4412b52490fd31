import CedarEngine
import CedarSyntax
import Wire

/// Decides the bytes of a question in this process, on entities in memory.
///
/// It shares the machine with the server, but neither store nor socket. What the validator accepts
/// is read into trees and written again: other bytes than before are a finding.
struct Engine {
    let ruleset: Ruleset
    let entities: EntityTable

    /// The answer that the server must give.
    struct Verdict: Equatable {
        var isAllowed = false
        var cause = Cause.malformedRequest
        var reasons: [String] = []
        var errors: [Fault] = []

        struct Fault: Equatable {
            let number: UInt8
            let policy: String
        }
    }

    private static let emptyRecord: [UInt8] = {
        var encoder = FlatEncoder()
        return (try? encoder.encode(record: [])) ?? []
    }()

    /// Judges the four parts of an item and decides them as a strict service does.
    func decide(
        _ parts: [ArraySlice<UInt8>], workspace: inout Workspace
    ) throws(Finding) -> Verdict {
        var (owned, kinds) = (parts.map { Array($0) }, [FlatTag.entity, .entity, .entity, .record])
        if owned[3].isEmpty { owned[3] = Self.emptyRecord }
        for (bytes, kind) in zip(owned, kinds) {
            guard Self.isValid(bytes, kind) else { return Verdict() }
            try checkCanonical(bytes)
        }
        kinds = []
        let decision = owned[0].withFlat { principal in
            owned[1].withFlat { action in
                owned[2].withFlat { resource in
                    owned[3].withFlat { context in
                        ruleset.view.authorize(
                            Request(
                                principal: FlatEntity(principal), action: FlatEntity(action),
                                resource: FlatEntity(resource), context: FlatRecord(context)),
                            entities: entities, errors: .strict, workspace: &workspace)
                    }
                }
            }
        }
        var verdict = Verdict(isAllowed: decision == .allow, cause: .decided)
        if decision == .deny(.policyError) { verdict.cause = .policyError }
        if decision == .deny(.storeUnavailable) { verdict.cause = .storeUnavailable }
        verdict.reasons = workspace.reasons.map { ruleset.policies[Int($0)].id.string }
        verdict.errors = workspace.errors.map {
            Verdict.Fault(
                number: $0.fault.rawValue, policy: ruleset.policies[Int($0.policy)].id.string)
        }
        return verdict
    }

    private static func isValid(_ bytes: [UInt8], _ kind: FlatTag) -> Bool {
        bytes.withFlat { flat in
            do throws(FlatValidator.Failure) {
                try FlatValidator.validate(flat, count: bytes.count, as: kind)
                return true
            } catch {
                return false
            }
        }
    }

    private func checkCanonical(_ bytes: [UInt8]) throws(Finding) {
        var encoder = FlatEncoder()
        let tree = bytes.withFlat { Value($0) }
        guard let again = try? encoder.encode(tree), again == bytes else {
            throw Finding("the validator accepts bytes that the encoder does not write: \(bytes)")
        }
    }
}
