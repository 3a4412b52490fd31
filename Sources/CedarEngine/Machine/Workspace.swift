/// What one thread needs to decide: stack, scratch memory, remembered entities, results.
///
/// It is reused; after warm-up a decision allocates nothing. Results are those of the last
/// decision made with it.
package struct Workspace: ~Copyable {
    var stack = OperandStack()
    var arena: Arena
    var entities = EntityMemo()
    /// Runs whose permits are still to be evaluated, when only the decision is wanted.
    var permits: [PolicyIndex.Run] = []

    /// The policies that determined the decision, as indices into the ruleset, ascending.
    package internal(set) var reasons: [UInt32] = []
    /// The policies that could not be evaluated, ascending, and why.
    package internal(set) var errors: [PolicyError] = []

    /// A policy that could not be evaluated.
    package struct PolicyError: BitwiseCopyable, Hashable, Sendable {
        /// Index into the ruleset.
        package let policy: UInt32
        package let fault: Fault
    }

    /// - Parameter maximumBytes: bound on the values made during one decision.
    package init(maximumBytes: Int = 64 << 20) {
        arena = Arena(maximumBytes: maximumBytes)
        permits.reserveCapacity(64)
        reasons.reserveCapacity(64)
        errors.reserveCapacity(64)
    }

    @inline(__always)
    mutating func prepare() {
        arena.reset()
        entities.reset()
        if !permits.isEmpty { permits.removeAll(keepingCapacity: true) }
        forgetResults()
    }

    /// Forgets the results of the last decision.
    package mutating func forgetResults() {
        // To empty an array at once costs a hundred instructions; most hold nothing or one policy.
        if reasons.count == 1 {
            reasons.removeLast()
        } else if !reasons.isEmpty {
            reasons.removeAll(keepingCapacity: true)
        }
        if !errors.isEmpty { errors.removeAll(keepingCapacity: true) }
    }
}

/// The entities that a decision has looked up, so that each is looked up once.
struct EntityMemo: ~Copyable {
    private struct Entry: BitwiseCopyable {
        let hash: UInt64
        let uid: UInt64
        let record: UInt64
        /// The decision that made the entry; one of an earlier decision is free.
        let generation: UInt64
    }

    private static let slots = 64
    private var entries = [64 of Entry](
        repeating: Entry(hash: 0, uid: 0, record: 0, generation: 0))
    private var used = 0
    private var generation: UInt64 = 1

    /// Forgets all entities, without touching their entries.
    @inline(__always)
    mutating func reset() {
        generation &+= 1
        used = 0
    }

    /// Finds an entity's record, asking the source the first time; nil when it is absent.
    @inline(__always)
    mutating func record<Source: EntitySource & ~Copyable>(
        of uid: FlatEntity, in source: borrowing Source
    ) throws(Fault) -> EntityRecord? {
        let hash = uid.hash
        var slot = Int(truncatingIfNeeded: hash) & (Self.slots - 1)
        while entries[slot].generation == generation {
            let entry = entries[slot]
            if entry.hash == hash,
                entry.uid == uid.flat.address
                    || FlatBytes(address: entry.uid).equals(uid.flat)
            {
                return entry.record == 0 ? nil : EntityRecord(FlatBytes(address: entry.record))
            }
            slot = (slot + 1) & (Self.slots - 1)
        }
        let found: EntityRecord?
        switch source.record(of: uid) {
        case .found(let record): found = record
        case .absent: found = nil
        case .failed: throw .storeUnavailable
        }
        // A quarter stays free so that every search ends; what does not fit is asked for again.
        if used < Self.slots * 3 / 4 {
            entries[slot] = Entry(
                hash: hash, uid: uid.flat.address, record: found?.flat.address ?? 0,
                generation: generation)
            used += 1
        }
        return found
    }
}
