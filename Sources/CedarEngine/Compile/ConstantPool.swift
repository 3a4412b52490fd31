import CedarSyntax

/// The constants of a ruleset: flat values, each once.
struct ConstantPool: ~Copyable {
    private(set) var bytes: [UInt8] = []
    private var offsets: [[UInt8]: UInt32] = [:]
    private var encoder = FlatEncoder()

    /// Adds bytes and gives their offset: that of equal bytes added before, if any.
    mutating func add(_ constant: [UInt8]) throws(CompileError) -> UInt32 {
        if let known = offsets[constant] { return known }
        guard bytes.count + constant.count <= Int(UInt32.max) - 8 else { throw .tooLarge }
        let offset = UInt32(bytes.count)
        bytes += constant
        while bytes.count % 8 != 0 { bytes.append(0) }
        offsets[constant] = offset
        return offset
    }

    mutating func add(_ value: Value) throws(CompileError) -> UInt32 {
        let constant: [UInt8]
        do throws(FlatEncoder.Failure) {
            constant = try encoder.encode(value)
        } catch {
            throw .value(error)
        }
        return try add(constant)
    }

    /// The hash that the flat entity at an offset carries.
    func hash(ofEntityAt offset: UInt32) -> UInt64 { number(at: Int(offset) + 8, count: 8) }

    /// The hash of the type of the flat entity at an offset.
    func typeHash(ofEntityAt offset: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: number(at: Int(offset) + 20, count: 4))
    }

    private func number(at start: Int, count: Int) -> UInt64 {
        bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
