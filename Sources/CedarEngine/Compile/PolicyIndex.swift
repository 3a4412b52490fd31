import CedarSyntax

/// Finds the policies that may apply to a request, by the entities their scopes name.
///
/// A policy stands where one part of its scope puts it: under the entity that its principal,
/// resource or action must be or must be in, whichever of these the fewest other policies stand
/// under. Those whose scopes name no entity stand with ``general``. An entry is found by the
/// entity's hash and confirmed by its bytes, so the part of the scope that found a policy is
/// proved and its program leaves it out; all other parts are tested by the program.
struct PolicyIndex {
    /// What an entity must be to the request for the policies that stand under it.
    enum Role: UInt8, CaseIterable {
        case principal
        case principalAncestor
        case action
        case actionAncestor
        case resource
        case resourceAncestor
    }

    /// A run of policy numbers in `members`.
    struct Run: BitwiseCopyable, Equatable {
        var first: UInt32
        var count: UInt32

        static let none = Run(first: 0, count: 0)
    }

    /// One entity in a role, and the policies under it.
    struct Slot: BitwiseCopyable {
        var key: UInt64
        /// Offset of the entity in the constants.
        var entity: UInt32
        var run: Run
    }

    /// Where one policy stands.
    struct Place {
        let role: Role
        /// Offset of the entity in the constants.
        let entity: UInt32
        let hash: UInt64

        var key: UInt64 { PolicyIndex.key(role, hash) }
    }

    /// Open addressing, a power of two long, at most half full; an empty slot has no policies.
    let slots: [Slot]
    let members: [UInt32]
    /// The policies that stand under no entity.
    let general: Run
    /// The entities that stand in a role for ancestors, by role; each as its slot.
    let ancestors: [Slot]
    /// Where in `ancestors` those of each role lie.
    let ancestorRuns: [Run]

    static func key(_ role: Role, _ hash: UInt64) -> UInt64 {
        hash ^ (UInt64(role.rawValue &+ 1) &* FlatHash.multiplier)
    }

    /// - Parameter places: where each policy stands, in order: nil for one that stands under no
    ///   entity, several for an action that must be in one of several, none for `action in []`.
    init(_ places: [[Place]?]) {
        var general: [UInt32] = []
        var entries: [(place: Place, policy: UInt32)] = []
        for (number, places) in places.enumerated() {
            guard let places else {
                general.append(UInt32(number))
                continue
            }
            for place in places { entries.append((place, UInt32(number))) }
        }
        entries.sort {
            ($0.place.key, $0.place.entity, $0.policy) < ($1.place.key, $1.place.entity, $1.policy)
        }
        var members = general
        var groups: [(role: Role, slot: Slot)] = []
        for (place, policy) in entries {
            if let last = groups.last, last.slot.key == place.key,
                last.slot.entity == place.entity
            {
                // An action that is listed twice.
                if members.last == policy { continue }
                groups[groups.count - 1].slot.run.count += 1
            } else {
                let run = Run(first: UInt32(members.count), count: 1)
                groups.append(
                    (place.role, Slot(key: place.key, entity: place.entity, run: run)))
            }
            members.append(policy)
        }
        self.members = members
        self.general = Run(first: 0, count: UInt32(general.count))
        slots = Self.table(groups.map(\.slot))
        var ancestors: [Slot] = []
        var ancestorRuns: [Run] = []
        for role in Role.allCases {
            let first = UInt32(ancestors.count)
            if role.isAncestor {
                ancestors += groups.filter { $0.role == role }.map(\.slot)
            }
            ancestorRuns.append(Run(first: first, count: UInt32(ancestors.count) - first))
        }
        self.ancestors = ancestors
        self.ancestorRuns = ancestorRuns
    }

    private static func table(_ groups: [Slot]) -> [Slot] {
        var size = 2
        while size < groups.count * 2 { size *= 2 }
        var slots = Array(repeating: Slot(key: 0, entity: 0, run: .none), count: size)
        for group in groups {
            var slot = Int(truncatingIfNeeded: group.key) & (size - 1)
            while slots[slot].run.count != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = group
        }
        return slots
    }
}

extension PolicyIndex.Role {
    /// Whether the request's entity must be in the one of the entry, not be it.
    var isAncestor: Bool {
        switch self {
        case .principal, .action, .resource: false
        case .principalAncestor, .actionAncestor, .resourceAncestor: true
        }
    }
}
