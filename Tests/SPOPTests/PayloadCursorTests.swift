import SPOP
import SPOPTestSupport
import Testing

@Suite struct PayloadCursorTests {
    private func integer(_ bytes: [UInt8]) throws(SPOPError) -> UInt64 {
        try region(of: bytes) { (region) throws(SPOPError) in
            var cursor = PayloadCursor(region)
            let value = try cursor.integer()
            #expect(cursor.isAtEnd)
            return value
        }
    }

    private func refused(_ bytes: [UInt8]) -> SPOPError? {
        do throws(SPOPError) {
            try region(of: bytes) { (region) throws(SPOPError) in
                var cursor = PayloadCursor(region)
                _ = try cursor.value()
            }
            return nil
        } catch {
            return error
        }
    }

    @Test func integersThatEndTooEarlyAreRefused() {
        for bytes in [[], [240], [255, 128], [240] + [UInt8](repeating: 128, count: 8)] {
            #expect(throws: SPOPError.truncated) { try integer(bytes) }
        }
    }

    @Test func integersOfMoreThan64BitsAreRefused() throws {
        let largest = Forge.integer(.max)
        #expect(largest.count == 10)
        #expect(try integer(largest) == .max)
        var beyond = largest
        beyond[0] = 240
        #expect(try integer(beyond) == .max - 15)
        // One more in each place of the last byte.
        for index in 0..<9 {
            var bytes = [240] + [UInt8](repeating: 255, count: 8) + [16]
            bytes[index + 1] = index == 8 ? 16 : 255
            #expect(throws: SPOPError.integerTooLarge) { try integer(bytes) }
        }
        let many = [UInt8](repeating: 255, count: 30)
        #expect(throws: SPOPError.integerTooLarge) { try integer(many) }
        let zeros = [240] + [UInt8](repeating: 128, count: 9) + [0]
        #expect(throws: SPOPError.integerTooLarge) { try integer(zeros) }
        // The sum alone is too large.
        let sum = [255] + [UInt8](repeating: 255, count: 8) + [15]
        #expect(throws: SPOPError.integerTooLarge) { try integer(sum) }
    }

    /// Bounds from the table of the specification.
    @Test(
        arguments: [
            (0, 1), (239, 1), (240, 2), (2287, 2), (2288, 3), (264_431, 3), (264_432, 4),
            (33_818_863, 4), (33_818_864, 5), (4_328_786_159, 5), (4_328_786_160, 6),
        ] as [(UInt64, Int)])
    func integersHaveTheLengthOfTheSpecification(_ value: UInt64, _ count: Int) throws {
        let bytes = Forge.integer(value)
        #expect(bytes.count == count)
        #expect(try integer(bytes) == value)
    }

    @Test func integersComeBackAsTheyWere() throws {
        for shift in 0..<64 {
            for offset in [-1, 0, 1] as [Int64] {
                let value = (UInt64(1) << UInt64(shift)) &+ UInt64(bitPattern: offset)
                #expect(try integer(Forge.integer(value)) == value)
            }
        }
    }

    @Test func typesAndFlagsThatAreNotKnownAreRefused() {
        for type in 10...15 as ClosedRange<UInt8> { #expect(refused([type]) == .unknownDataType) }
        for flags in 1...15 as ClosedRange<UInt8> {
            for type in [0, 2, 3, 4, 5, 6, 7, 8, 9] as [UInt8] {
                #expect(refused([flags << 4 | type, 0]) == .unknownDataFlags)
            }
            if flags > 1 { #expect(refused([flags << 4 | 1]) == .unknownDataFlags) }
        }
    }

    @Test func valuesThatEndTooEarlyAreRefused() {
        for bytes in [
            [], [2], [3], [4], [5], [6, 1, 2, 3], [7] + [UInt8](repeating: 0, count: 15), [8],
            [8, 1], [9], [9, 3, 1, 2], [8] + Forge.integer(.max), [9] + Forge.integer(1 << 63),
        ] as [[UInt8]] {
            #expect(refused(bytes) == .truncated)
        }
    }

    @Test func integersBeyondTheirTypeAreRefused() {
        #expect(refused([3] + Forge.integer(0xFFFF_FFFF)) == nil)
        #expect(refused([3] + Forge.integer(0x1_0000_0000)) == .integerTooLarge)
        #expect(refused([2] + Forge.integer(0x7FFF_FFFF)) == nil)
        #expect(refused([2] + Forge.integer(0x8000_0000)) == .integerTooLarge)
        let least = UInt64(bitPattern: Int64(Int32.min))
        #expect(refused([2] + Forge.integer(least)) == nil)
        #expect(refused([2] + Forge.integer(least - 1)) == .integerTooLarge)
    }

    @Test func valuesAreRead() throws {
        let all: [UInt8] =
            [0, 0x01, 0x11, 2] + Forge.integer(UInt64(bitPattern: -7)) + [3, 9, 4]
            + Forge.integer(UInt64(bitPattern: -9)) + [5] + Forge.integer(.max) + [
                6, 1, 2, 3, 4, 7,
            ]
            + [UInt8](0..<16) + [8, 2, 0x68, 0x69, 9, 1, 0xFF]
        try region(of: all) { (region) throws(SPOPError) in
            var cursor = PayloadCursor(region)
            guard case .null = try cursor.value(), case .boolean(false) = try cursor.value(),
                case .boolean(true) = try cursor.value(), case .signed(-7) = try cursor.value(),
                case .unsigned(9) = try cursor.value(), case .signed(-9) = try cursor.value(),
                case .unsigned(.max) = try cursor.value(),
                case .ipv4(let four) = try cursor.value(), case .ipv6(let six) = try cursor.value(),
                case .text(let hi) = try cursor.value(), case .binary(let one) = try cursor.value()
            else {
                Issue.record("another value")
                return
            }
            #expect(bytes(of: four) == [1, 2, 3, 4])
            #expect(bytes(of: six) == [UInt8](0..<16))
            #expect(text(of: hi) == "hi")
            #expect(bytes(of: one) == [0xFF])
            #expect(cursor.isAtEnd)
        }
    }
}
