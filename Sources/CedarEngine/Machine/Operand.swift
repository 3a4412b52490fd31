import CedarSyntax

/// One value while it is worked on: a kind and 64 bits.
///
/// For bool, long, decimal, datetime and duration the bits are the value; for all other kinds they
/// are the address of a flat value. Being trivial, it is copied without reference counting.
struct Operand: BitwiseCopyable {
    let bits: UInt64
    let tag: FlatTag

    @inline(__always)
    init(_ tag: FlatTag, _ bits: UInt64) {
        self.bits = bits
        self.tag = tag
    }

    @inline(__always)
    init(_ value: Bool) { self.init(.bool, value ? 1 : 0) }

    @inline(__always)
    init(_ value: Int64) { self.init(.long, UInt64(bitPattern: value)) }

    /// Reads a flat value.
    @inline(__always)
    init(_ flat: FlatBytes) {
        let tag = flat.tag
        switch tag {
        case .bool: self.init(.bool, UInt64(flat.byte(1)))
        case .long, .decimal, .datetime, .duration: self.init(tag, flat.word(8))
        case .string, .entity, .ip, .set, .record: self.init(tag, flat.address)
        }
    }

    /// The flat value behind the bits; only for kinds that have one.
    @inline(__always)
    var flat: FlatBytes { FlatBytes(address: bits) }

    @inline(__always)
    var signed: Int64 { Int64(bitPattern: bits) }

    @inline(__always)
    func bool() throws(Fault) -> Bool {
        guard tag == .bool else { throw .typeError }
        return bits != 0
    }

    @inline(__always)
    func long() throws(Fault) -> Int64 {
        guard tag == .long else { throw .typeError }
        return signed
    }

    @inline(__always)
    func entity() throws(Fault) -> FlatEntity {
        guard tag == .entity else { throw .typeError }
        return FlatEntity(flat)
    }

    @inline(__always)
    func string() throws(Fault) -> FlatString {
        guard tag == .string else { throw .typeError }
        return FlatString(flat)
    }

    @inline(__always)
    func set() throws(Fault) -> FlatSet {
        guard tag == .set else { throw .typeError }
        return FlatSet(flat)
    }

    /// Cedar's `==`: total, by value, false across kinds.
    @inline(__always)
    func equals(_ other: Operand) -> Bool {
        guard tag == other.tag else { return false }
        switch tag {
        case .bool, .long, .decimal, .datetime, .duration: return bits == other.bits
        case .string, .entity, .ip, .set, .record:
            return bits == other.bits || flat.equals(other.flat)
        }
    }

    /// Whether a flat value is this one.
    @inline(__always)
    func equals(_ other: FlatBytes) -> Bool { equals(Operand(other)) }

    /// The hash under which it stands in a set.
    var hash: UInt64 {
        switch tag {
        case .string, .entity: flat.word(8)
        case .ip, .set, .record: flat.hash
        case .long, .decimal, .datetime, .duration:
            FlatHash.words(FlatAssembler.header(tag, size: FlatLayout.scalarBytes), bits)
        case .bool:
            FlatHash.end(
                FlatHash.mix(
                    FlatHash.start(count: FlatLayout.headerBytes),
                    FlatAssembler.header(
                        .bool, UInt8(bits & 1), size: FlatLayout.headerBytes)))
        }
    }

    /// The flat value, made in the arena for kinds that are held in the bits.
    func flat(in arena: inout Arena) throws(Fault) -> FlatBytes {
        switch tag {
        case .string, .entity, .ip, .set, .record: return flat
        case .bool, .long, .decimal, .datetime, .duration:
            guard let flat = FlatAssembler.scalar(tag, bits, in: &arena) else {
                throw .workspaceExhausted
            }
            return flat
        }
    }
}
