import CedarEngine
import CedarSyntax

/// An entity's identity as its flat bytes, owned: the key of the store's dictionaries.
struct FlatUID: Hashable, Sendable {
    /// The flat entity.
    let bytes: [UInt8]

    init(_ entity: FlatEntity) {
        bytes = entity.flat.copy(count: entity.flat.size)
    }

    init(_ uid: EntityUID, _ encoder: inout FlatEncoder) throws(StoreError) {
        do throws(FlatEncoder.Failure) {
            bytes = try encoder.encode(uid)
        } catch {
            throw StoreError(.badEntity(nil), "name an entity", error.message)
        }
    }

    var hash: UInt64 { bytes.word(at: 8) }

    var uid: EntityUID { withEntity { $0.uid } }

    func withEntity<Result, Failure: Error>(
        _ body: (FlatEntity) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withFlat { (flat) throws(Failure) in try body(FlatEntity(flat)) }
    }

    static func == (left: FlatUID, right: FlatUID) -> Bool { left.bytes == right.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
