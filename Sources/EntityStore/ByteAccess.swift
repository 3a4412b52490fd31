import CedarEngine

extension [UInt8] {
    /// The little-endian word at an offset.
    func word(at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(self[offset + index]) << UInt64(index * 8) }
        return word
    }

    /// The little-endian half word at an offset.
    func half(at offset: Int) -> UInt32 {
        var half: UInt32 = 0
        for index in 0..<4 { half |= UInt32(self[offset + index]) << UInt32(index * 8) }
        return half
    }

    mutating func setWord(_ word: UInt64, at offset: Int) {
        for index in 0..<8 {
            self[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(index * 8))
        }
    }

    /// Lends a place inside of the array where a flat value lies; valid only during the call.
    func withFlat<Result, Failure: Error>(
        at offset: Int, _ body: (FlatBytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(offset >= 0 && offset < count, "no flat value lies there")
        return try unsafe span.withUnsafeBytes { bytes throws(Failure) -> Result in
            guard let base = bytes.baseAddress else {
                preconditionFailure("an empty array holds no flat value")
            }
            return try unsafe body(FlatBytes(base + offset))
        }
    }
}

extension Span<UInt8> {
    /// Copies the bytes.
    var array: [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}
