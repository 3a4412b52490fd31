import CedarEngine
import EntityStore
package import CedarSyntax

/// What a caller says of an entity of its request.
package struct CallerFacts: Sendable {
    /// Which word counts when the store has an attribute too.
    package enum Precedence: Sendable, Equatable {
        /// The caller's attributes fill what the store lacks.
        case stored
        /// The caller's attributes replace those of the store.
        case caller
    }

    package let uid: EntityUID
    package let attributes: [(key: Text, value: Value)]
    package let precedence: Precedence

    package init(
        _ uid: EntityUID, attributes: [(key: Text, value: Value)], precedence: Precedence = .stored
    ) {
        self.uid = uid
        self.attributes = attributes
        self.precedence = precedence
    }

    /// The stored entity with the caller's attributes; parents and tags stay those of the store.
    ///
    /// What the store says ends at an instant is never the caller's to say, with either precedence:
    /// after that instant it is held back, and that is no gap. Nor are the instants themselves.
    func joined(with stored: Entity?) -> Entity {
        let known = stored?.attributes ?? []
        let ending = EntityExpiry.names(in: known)
        let said = attributes.filter { member in
            if member.key == EntityExpiry.attribute {
                if case .record = member.value { return false }
                return ending.isEmpty
            }
            return !ending.contains(member.key)
        }
        let (first, second) = precedence == .stored ? (known, said) : (said, known)
        var names = Set(first.map(\.key))
        var joined = first
        for member in second where names.insert(member.key).inserted { joined.append(member) }
        return Entity(
            uid: uid, attributes: joined, parents: stored?.parents ?? [],
            tags: stored?.tags ?? [])
    }
}

extension Decider {
    /// Lays a caller's facts over the store until ``removeFacts()``; call it between ``begin()`` and
    /// ``end()``.
    ///
    /// Two entities can be described at once. An action that the schema declares keeps what the
    /// schema says.
    ///
    /// - Returns: why it cannot be done: `storeUnavailable`, or `malformed` for attributes beyond
    ///   the bounds on values.
    package mutating func add(_ facts: CallerFacts) -> Refusal? {
        guard isReadable else { return .storeUnavailable }
        guard !facts.attributes.isEmpty else { return nil }
        var encoder = EntityEncoder()
        do throws(FlatEncoder.Failure) {
            let uid = try FlatConstant(.entity(facts.uid))
            let stored: Entity?
            let flat = FlatEntity(uid.flat)
            // As the store has it, with what it holds back from policies.
            let lookup =
                entities.overlay.record(of: flat).map { EntityLookup.found($0) }
                ?? entities.reader.record(of: flat)
            switch lookup {
            case .found(let record): stored = record.entity
            case .absent: stored = nil
            case .failed: return .storeUnavailable
            }
            let memory = FlatConstant(bytes: try encoder.encode(facts.joined(with: stored)))
            overlayMemory.append(memory)
            entities.overlay.add(EntityRecord(memory.flat))
            return nil
        } catch {
            return .malformed
        }
    }

    /// Takes the caller's facts away.
    package mutating func removeFacts() {
        guard !overlayMemory.isEmpty else { return }
        entities.overlay = EntityOverlay()
        overlayMemory.removeAll(keepingCapacity: true)
    }
}
