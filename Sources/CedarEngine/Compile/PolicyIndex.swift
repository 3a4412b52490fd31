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
    enum Role: UInt8 {
        case principal
        case principalAncestor
        case action
        case actionAncestor
        case resource
        case resourceAncestor
    }

    /// A run of policy numbers in `members`: forbids first, then permits, each in rising order.
    struct Run: BitwiseCopyable, Equatable {
        var first: UInt32
        var count: UInt32
        var forbids: UInt32

        static let none = Run(first: 0, count: 0, forbids: 0)
    }

    /// One entity in a role, and the policies under it.
    struct Slot: BitwiseCopyable {
        var key: UInt64
        /// Offset of the entity in the constants.
        var entity: UInt32
        var run: Run
    }

    /// Where in `ancestors` the three roles for ancestors end: principal, action, resource.
    struct AncestorBounds: BitwiseCopyable {
        var principal: UInt32 = 0
        var action: UInt32 = 0
        var resource: UInt32 = 0
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
    /// How many of `ancestors` are of each role, all before it included.
    let bounds: AncestorBounds

    static func key(_ role: Role, _ hash: UInt64) -> UInt64 {
        hash ^ (UInt64(role.rawValue &+ 1) &* FlatHash.multiplier)
    }

    /// - Parameters:
    ///   - places: where each policy stands, in order: nil for one that stands under no entity,
    ///     several for an action that must be in one of several, none for `action in []`.
    ///   - isForbid: what each policy does.
    init(_ places: [[Place]?], isForbid: (Int) -> Bool) {
        var general = Group()
        var entries: [(place: Place, policy: UInt32)] = []
        for (number, places) in places.enumerated() {
            guard let places else {
                general.add(UInt32(number), isForbid(number))
                continue
            }
            for place in places { entries.append((place, UInt32(number))) }
        }
        entries.sort {
            ($0.place.key, $0.place.entity, $0.policy) < ($1.place.key, $1.place.entity, $1.policy)
        }
        var members: [UInt32] = []
        self.general = general.run(in: &members)
        var groups: [(role: Role, slot: Slot)] = []
        var start = 0
        while start < entries.count {
            let place = entries[start].place
            var group = Group()
            while start < entries.count, entries[start].place.key == place.key,
                entries[start].place.entity == place.entity
            {
                let policy = entries[start].policy
                group.add(policy, isForbid(Int(policy)))
                start += 1
            }
            let run = group.run(in: &members)
            groups.append((place.role, Slot(key: place.key, entity: place.entity, run: run)))
        }
        self.members = members
        slots = Self.table(groups.map(\.slot))
        var ancestors: [Slot] = []
        var bounds = AncestorBounds()
        func gather(_ role: Role) -> UInt32 {
            ancestors += groups.filter { $0.role == role }.map(\.slot)
            return UInt32(ancestors.count)
        }
        bounds.principal = gather(.principalAncestor)
        bounds.action = gather(.actionAncestor)
        bounds.resource = gather(.resourceAncestor)
        self.ancestors = ancestors
        self.bounds = bounds
    }

    /// The policies under one entity while they are gathered.
    private struct Group {
        private var forbids: [UInt32] = []
        private var permits: [UInt32] = []

        /// Takes policies in rising order; an action that is listed twice brings one twice.
        mutating func add(_ policy: UInt32, _ isForbid: Bool) {
            if isForbid {
                if forbids.last != policy { forbids.append(policy) }
            } else {
                if permits.last != policy { permits.append(policy) }
            }
        }

        func run(in members: inout [UInt32]) -> Run {
            let first = UInt32(members.count)
            members += forbids
            members += permits
            return Run(
                first: first, count: UInt32(members.count) - first, forbids: UInt32(forbids.count))
        }
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
