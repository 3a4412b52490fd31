import CedarSyntax

/// Finds the policies that may apply to a request, by the entities their scopes name with `==`.
///
/// A policy stands under one key, the most selective that it has: its resource, else its
/// principal, else its action, else with all others. The index only leaves out policies that
/// cannot match; whether one matches is decided by its program, so equal hashes cost time only.
struct PolicyIndex {
    enum Role: UInt64 {
        case principal = 0x5052
        case action = 0x4143
        case resource = 0x5245
    }

    /// A run of policy numbers in `members`.
    struct Run: BitwiseCopyable, Equatable {
        var first: UInt32
        var count: UInt32
    }

    struct Slot: BitwiseCopyable {
        var key: UInt64
        var run: Run
    }

    /// Open addressing, a power of two long, at most half full; an empty slot has no policies.
    let slots: [Slot]
    let members: [UInt32]
    /// The policies without a key.
    let general: Run

    static func key(_ role: Role, _ hash: UInt64) -> UInt64 {
        hash ^ (role.rawValue &* FlatHash.multiplier)
    }

    /// - Parameter policies: the keys of each policy in order; nil for one without a key.
    init(_ keys: [UInt64?]) {
        var groups: [UInt64: [UInt32]] = [:]
        var general: [UInt32] = []
        for (number, key) in keys.enumerated() {
            if let key {
                groups[key, default: []].append(UInt32(number))
            } else {
                general.append(UInt32(number))
            }
        }
        var size = 2
        while size < groups.count * 2 { size *= 2 }
        var slots = Array(
            repeating: Slot(key: 0, run: Run(first: 0, count: 0)), count: size)
        var members = general
        for (key, group) in groups {
            var slot = Int(truncatingIfNeeded: key) & (size - 1)
            while slots[slot].run.count != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Slot(
                key: key,
                run: Run(first: UInt32(members.count), count: UInt32(group.count)))
            members += group
        }
        self.slots = slots
        self.members = members
        self.general = Run(first: 0, count: UInt32(general.count))
    }

    /// The key under which a policy stands.
    static func key(
        of policy: Policy, hash: (EntityUID) throws(CompileError) -> UInt64
    ) throws(CompileError) -> UInt64? {
        if case .equal(.entity(let uid)) = policy.resource {
            return key(.resource, try hash(uid))
        }
        if case .equal(.entity(let uid)) = policy.principal {
            return key(.principal, try hash(uid))
        }
        if case .equal(let uid) = policy.action {
            return key(.action, try hash(uid))
        }
        return nil
    }
}
