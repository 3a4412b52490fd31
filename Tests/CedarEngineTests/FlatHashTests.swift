import CedarEngine
import Testing

@Suite("FlatHash")
struct FlatHashTests {
    /// The hash as its definition says it, byte by byte.
    private func plain(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        let (seed, multiplier, finish): (UInt64, UInt64, UInt64) = (
            0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xA076_1D64_78BD_642F
        )
        func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let product = left.multipliedFullWidth(by: right)
            return product.high ^ product.low
        }
        var state = seed &+ UInt64(bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            var word: UInt64 = 0
            for (index, byte) in rest.prefix(8).enumerated() {
                word |= UInt64(byte) << (8 * UInt64(index))
            }
            state = fold(state ^ word, multiplier) &+ word
            rest = rest.dropFirst(8)
        }
        return fold(state ^ seed, finish)
    }

    @Test("Every length has the hash of the format, wherever it lies", arguments: 0...40)
    func lengths(_ count: Int) {
        let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 67) }
        unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            let flat = unsafe FlatBytes(base)
            for offset in 0...9 {
                #expect(
                    FlatHash.bytes(flat, offset: offset, count: count)
                        == plain(bytes[offset..<(offset + count)]))
            }
        }
    }
}
