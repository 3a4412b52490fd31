package import CedarEngine
package import CedarSyntax
import LMDB

/// What leads from a verified identity to the record of its device.
package enum DeviceKey: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    /// SHA-256 of the client's certificate, 64 lower-case hexadecimal digits.
    case certificateThumbprint
    /// The id of a device that the client's certificate carries.
    case certificateDeviceID
    /// The id of a device that the token carries.
    case tokenDeviceID

    /// The member of the attribute `boundTo` that lists keys of this kind.
    package var member: Text {
        switch self {
        case .certificateThumbprint: "certificateThumbprints"
        case .certificateDeviceID: "certificateDeviceIds"
        case .tokenDeviceID: "tokenDeviceIds"
        }
    }

    /// The type that a key has as an identity; with its space it is no entity's.
    var identityType: StaticString {
        switch self {
        case .certificateThumbprint: "certificate thumbprint"
        case .certificateDeviceID: "certificate device"
        case .tokenDeviceID: "token device"
        }
    }

    /// What people call it.
    var words: String {
        switch self {
        case .certificateThumbprint: "certificate thumbprint"
        case .certificateDeviceID: "device id of a certificate"
        case .tokenDeviceID: "device id of a token"
        }
    }
}

/// A key with its value in the form in which it is looked for, made once and kept.
package struct DeviceIdentity: Sendable {
    let flat: FlatUID

    /// - Returns: nil for a value that no device can have: none, or a longer one than
    ///   ``SecondaryKeys/maximumBytes``.
    package init?(_ key: DeviceKey, _ value: [UInt8]) {
        guard !value.isEmpty, value.count <= SecondaryKeys.maximumBytes else { return nil }
        flat = FlatEntity.withTemporary(type: key.identityType, id: value.span) { FlatUID($0) }
    }
}

/// The answer to a search for a device.
package enum DeviceLookup: BitwiseCopyable, Sendable {
    /// The device's identity, readable until the snapshot is let go of.
    case found(FlatEntity)
    case absent
    /// The store could not tell; the decision must be a deny.
    case failed
}

/// The keys by which an entity is found beside its identity.
///
/// They are what the attribute `boundTo` says, when it is a record: sets of strings under the
/// names of ``DeviceKey/member``. So whatever writes, replaces or removes an entity keeps its keys
/// right. A key leads to one entity; a second that claims it is refused.
package enum SecondaryKeys {
    /// The attribute that lists an entity's keys.
    package static let attribute: Text = "boundTo"
    /// The longest key, in bytes.
    package static let maximumBytes = 512
    /// Keys of one entity.
    package static let maximumCount = 64

    private static let attributeFlat = constant(attribute)
    private static let memberFlats = DeviceKey.allCases.map { ($0, constant($0.member)) }

    private static func constant(_ text: Text) -> FlatConstant {
        do throws(FlatEncoder.Failure) {
            return try FlatConstant(.string(text))
        } catch {
            preconditionFailure("a name is within all bounds")
        }
    }

    /// The keys that a record lists.
    ///
    /// - Throws: `badEntity` when one is no key, or there are too many.
    static func of(_ record: [UInt8]?, _ operation: String) throws(StoreError) -> [FlatUID] {
        guard let record else { return [] }
        return try record.withFlat { (flat) throws(StoreError) -> [FlatUID] in
            let record = EntityRecord(flat)
            guard let bound = record.attributes.find(FlatString(attributeFlat.flat)),
                bound.tag == .record
            else { return [] }
            var keys: [FlatUID] = []
            for (kind, name) in memberFlats {
                guard let list = FlatRecord(bound).find(FlatString(name.flat)) else { continue }
                try add(kind, list, of: record, to: &keys, operation)
            }
            return keys
        }
    }

    private static func add(
        _ kind: DeviceKey, _ list: FlatBytes, of record: EntityRecord, to keys: inout [FlatUID],
        _ operation: String
    ) throws(StoreError) {
        func refuse(_ words: String) throws(StoreError) -> Never {
            throw StoreError(
                .badEntity(nil), operation,
                "`\(record.uid.uid)`: `\(attribute).\(kind.member)` \(words)")
        }
        guard list.tag == .set else { try refuse("is no set") }
        let set = FlatSet(list)
        guard keys.count + set.count <= maximumCount else {
            try refuse("has too many keys: an entity may have \(maximumCount)")
        }
        for index in 0..<set.count {
            guard set.element(index).tag == .string else { try refuse("has other than strings") }
            let text = FlatString(set.element(index)).text
            guard isKey(text, kind) else {
                try refuse(
                    kind == .certificateThumbprint
                        ? "has `\(text)`, which is not 64 lower-case hexadecimal digits"
                        : "has a key that is empty or longer than \(maximumBytes) bytes")
            }
            keys.append(FlatUID(of: kind, text))
        }
    }

    /// Whether a text may be a key of a kind.
    package static func isKey(_ text: Text, _ kind: DeviceKey) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maximumBytes else { return false }
        guard kind == .certificateThumbprint else { return true }
        return text.utf8.count == 64
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

extension FlatUID {
    /// The identity that a key is stored under.
    init(of kind: DeviceKey, _ key: Text) {
        self = FlatEntity.withTemporary(type: kind.identityType, id: key.utf8.span) {
            FlatUID($0)
        }
    }
}

/// The secondary keys that a change gives and takes, written after its records.
struct SecondaryKeyChanges: ~Copyable {
    private let sortBytes: Int
    private let directory: String
    private let operation: String
    /// The key of the database; sign, key and owner.
    private var changes: ByteSorter

    init(_ store: EntityStore, _ operation: String) {
        self.init(store.options.sortBytes, store.path, operation)
    }

    private init(_ sortBytes: Int, _ directory: String, _ operation: String) {
        self.sortBytes = sortBytes
        self.directory = directory
        self.operation = operation
        changes = ByteSorter(
            memoryBytes: sortBytes, directory: directory, operation: operation)
    }

    func emptied() -> SecondaryKeyChanges { SecondaryKeyChanges(sortBytes, directory, operation) }

    var count: Int { changes.count }

    /// Notes the keys that differ between two records of an entity.
    mutating func add(_ old: [UInt8]?, _ new: [UInt8]?) throws(StoreError) {
        let before = try SecondaryKeys.of(old, operation)
        let after = try SecondaryKeys.of(new, operation)
        if before.isEmpty && after.isEmpty { return }
        guard let record = new ?? old else { return }
        let owner = record.withFlat { FlatUID(EntityRecord($0).uid) }
        for key in before where !after.contains(key) { try add(0, key, owner) }
        for key in after where !before.contains(key) { try add(1, key, owner) }
    }

    private mutating func add(
        _ sign: UInt8, _ key: FlatUID, _ owner: FlatUID
    ) throws(StoreError) {
        try changes.add(key.hash, [sign], key.bytes + owner.bytes)
    }

    /// Takes keys away first and then gives, so that one may pass from an entity to another.
    ///
    /// - Throws: `badEntity` when another entity has a key, `corrupted`.
    mutating func write(
        _ transaction: inout WriteTransaction, _ layout: StoreLayout
    ) throws(StoreError) {
        var sorted = try changes.sorted()
        var pending = try sorted.next()
        while let first = pending {
            var changes: [(isGiven: Bool, key: FlatUID, owner: FlatUID)] = []
            while let change = pending, change.key == first.key {
                let key = change.bytes.withFlat(at: 1) { FlatUID(FlatEntity($0)) }
                let owner = change.bytes.withFlat(at: 1 + key.bytes.count) {
                    FlatUID(FlatEntity($0))
                }
                changes.append((change.bytes[0] == 1, key, owner))
                pending = try sorted.next()
            }
            var chain = try transaction.chain(.secondaryKey, first.key, layout)
            for (isGiven, key, owner) in changes where !isGiven {
                if let range = chain.find(key), chain.owner(range) == owner { chain.remove(range) }
            }
            for (_, key, owner) in changes.filter(\.isGiven) {
                if let range = chain.find(key) {
                    if chain.owner(range) == owner { continue }
                    throw taken(key, by: chain.owner(range), owner)
                }
                chain.replace(nil, with: StoredEntry.make(.secondaryKey, key.bytes, owner.bytes))
            }
            try transaction.store(chain, first.key, layout)
        }
    }

    private func taken(_ key: FlatUID, by owner: FlatUID, _ other: FlatUID) -> StoreError {
        let uid = key.uid
        return StoreError(
            .badEntity(nil), operation,
            "`\(other.uid)` cannot have the \(uid.type) `\(uid.id)`: it is that of "
                + "`\(owner.uid)`; release it there first")
    }
}

extension EntryChain {
    /// The entity that a secondary key's entry leads to.
    func owner(_ range: Range<Int>) -> FlatUID {
        let start = range.lowerBound + kind.identityOffset
        let size = Int(bytes.half(at: start + 4))
        return bytes.withFlat(at: start + size) { FlatUID(FlatEntity($0)) }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// The entity that a secondary key leads to.
    borrowing func owner(
        of key: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) -> FlatUID? {
        let chain = try chain(.secondaryKey, key.hash, layout)
        return chain.find(key).map { chain.owner($0) }
    }
}
