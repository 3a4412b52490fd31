/// How policies are found by what they demand of a request: the shapes that lie in a ruleset.
///
/// A policy stands where one of its demands puts it: under the entity that its principal, resource
/// or action must be or must be in, or under the value that an attribute must have
/// (``IndexedPath``). Those that demand none of these stand with the general ones. What a policy
/// needs lies in one block, in the order in which it is read: the key that found it, the
/// candidates under the key, their programs, each after the constants that no program before it
/// uses. An entry is found by the key's hash and confirmed by its bytes.
enum PolicyIndex {
    /// What a request must have for the policies under a key. From `firstPath` on: the attribute of
    /// an indexed path.
    struct Role: BitwiseCopyable, Hashable {
        let rawValue: UInt8

        static let principal = Role(rawValue: 0)
        static let principalAncestor = Role(rawValue: 1)
        static let action = Role(rawValue: 2)
        static let actionAncestor = Role(rawValue: 3)
        static let resource = Role(rawValue: 4)
        static let resourceAncestor = Role(rawValue: 5)
        static let firstPath = 6
        /// More would not fit the bits of ``RulesMemory/Header/roles``.
        static let maximumPaths = 32

        static func path(_ number: Int) -> Role { Role(rawValue: UInt8(firstPath + number)) }

        /// Which indexed path it belongs to; nil for a role of the scope.
        var path: Int? {
            let number = Int(rawValue) - Self.firstPath
            return number >= 0 ? number : nil
        }

        /// The bit that stands for it where several are meant.
        @inline(__always)
        var bit: UInt64 { 1 &<< UInt64(rawValue) }
    }

    /// Candidates that lie one after the other: forbids first, then permits, each in rising order.
    struct Run: BitwiseCopyable, Equatable {
        /// Where the first lies, in words of eight bytes.
        var first: UInt32
        var count: UInt32
        var forbids: UInt32

        static let none = Run(first: 0, count: 0, forbids: 0)

        /// Where the candidate of a number lies.
        @inline(__always)
        func place(_ number: UInt32) -> UInt32 { first &+ number &* Candidate.words }
    }

    /// One key in a role, and how many policies stand under it: a quarter of a cache line.
    struct Slot: BitwiseCopyable {
        /// The upper half of the key's hash mixed with the role; the lower half chooses the slot.
        var tag: UInt32
        /// Where the block lies, in words: the key, a flat value, then the candidates.
        var block: UInt32
        var count: UInt32
        var forbids: UInt32

        static let empty = Slot(tag: 0, block: 0, count: 0, forbids: 0)
    }

    /// Where in the list of ancestors the three roles for ancestors end: principal, action, resource.
    struct AncestorBounds: BitwiseCopyable {
        var principal: UInt32 = 0
        var action: UInt32 = 0
        var resource: UInt32 = 0
    }

    @inline(__always)
    static func key(_ role: Role, _ hash: UInt64) -> UInt64 {
        hash ^ ((UInt64(role.rawValue) &+ 1) &* FlatHash.multiplier)
    }

    @inline(__always)
    static func tag(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key &>> 32) }

    /// Open addressing, a power of two long, at most half full; an empty slot has no policies.
    static func table(_ entries: [(key: UInt64, slot: Slot)]) -> [Slot] {
        var size = 2
        while size < entries.count * 2 { size *= 2 }
        var slots = Array(repeating: Slot.empty, count: size)
        for entry in entries {
            var slot = Int(truncatingIfNeeded: entry.key) & (size - 1)
            while slots[slot].count != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = entry.slot
        }
        return slots
    }
}

/// A policy as the authorizer sees it: what it takes to reject it or to run it.
struct Candidate: BitwiseCopyable {
    /// Where its program lies, in words.
    let start: UInt32
    /// Its number in the ruleset.
    let number: UInt32
    /// The hashes of the types that the scope demands; 0 for any.
    let principalType: UInt32
    let resourceType: UInt32
    let depth: UInt32
    let isForbid: Bool

    /// The room that one takes, in words.
    static let words: UInt32 = 3

    /// Whether the types of a request's entities leave the policy a chance.
    ///
    /// Unequal hashes prove unequal types; whether equal ones are of one type the program tells.
    @inline(__always)
    func mayApply(to request: Request) -> Bool {
        (principalType == 0 || principalType == request.principal.typeHash)
            && (resourceType == 0 || resourceType == request.resource.typeHash)
    }
}

/// An attribute by whose value policies are found: `variable.name.name…`.
///
/// It is evaluated once a decision. Whatever value it has, the condition of a policy that demands
/// another is false without a fault, so that only those under the value need to run. When it
/// faults, so may all of them, and all run.
struct IndexedPath: BitwiseCopyable {
    let variable: UInt8
    /// Whether every policy asks with `has` before it reads: a missing attribute satisfies none.
    let isGuarded: Bool
    let count: UInt16
    /// Offset of the offsets of the names.
    let names: UInt32
    /// The hash of the only action, and of the only types, that the policies allow; 0 for any.
    let action: UInt64
    let principalType: UInt32
    let resourceType: UInt32
    /// All policies under the path, whatever value they demand.
    let all: PolicyIndex.Run

    /// Whether some policy under the path may apply to a request.
    @inline(__always)
    func mayApply(to request: Request) -> Bool {
        (action == 0 || action == request.action.hash)
            && (principalType == 0 || principalType == request.principal.typeHash)
            && (resourceType == 0 || resourceType == request.resource.typeHash)
    }
}
