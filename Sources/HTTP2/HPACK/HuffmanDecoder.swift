import Wire

/// Spells out Huffman-coded text: eleven bits are looked up at a time, which is one or two symbols
/// of those that headers are made of.
@safe struct HuffmanDecoder: BitwiseCopyable, @unchecked Sendable {
    /// What eleven bits begin with, in one word.
    private struct Step: BitwiseCopyable {
        private var word: UInt32 = 0

        /// The first symbol in the lower half and the second, if both fit, in the upper.
        var pair: UInt16 { UInt16(truncatingIfNeeded: word) }
        /// The bits of all symbols.
        var bits: Int { Int(word &>> 16 & 0xFF) }
        /// The symbols: none when the first is longer than eleven bits.
        var count: Int { Int(word &>> 24 & 0xF) }
        /// The bits of the first symbol.
        var firstBits: Int { Int(word &>> 28) }

        mutating func append(_ symbol: UInt16, bits: Int) {
            word |= UInt32(symbol) << (8 * count)
            if count == 0 { word |= UInt32(bits) << 28 }
            word += UInt32(bits) << 16 + 1 << 24
        }
    }

    /// The codes of one length.
    private struct Row: BitwiseCopyable {
        /// What the next 32 bits are below when the code is of this length or shorter.
        var limit: Int
        var bits: Int
        /// The first code and the place of its symbol among all.
        var firstCode: Int
        var firstPlace: Int
    }

    /// The room that must be free beyond the last byte written.
    static let slackBytes = 16

    /// The decoder, made once and never freed.
    static let shared = HuffmanDecoder()

    private static let stepBits = 11

    private let steps: UnsafeBufferPointer<Step>
    private let rows: UnsafeBufferPointer<Row>
    private let symbols: UnsafeBufferPointer<UInt16>

    /// The most bytes that a text of `count` coded bytes can have: the shortest code has five bits.
    static func mostBytes(from count: Int) -> Int { count * 8 / 5 }

    private init() {
        let symbols = HuffmanCode.symbols
        var rows: [Row] = []
        var code = 0
        var place = 0
        for bits in 1...HuffmanCode.mostBits {
            code <<= 1
            let count = HuffmanCode.lengths.count { $0 == bits }
            guard count > 0 else { continue }
            rows.append(
                Row(
                    limit: (code + count) << (32 - bits), bits: bits, firstCode: code,
                    firstPlace: place))
            code += count
            place += count
        }
        precondition(rows.last?.limit == 1 << 32, "a Huffman code that is not complete")
        var steps: [Step] = []
        for window in 0..<1 << Self.stepBits {
            steps.append(Self.step(window << (32 - Self.stepBits), rows, symbols))
        }
        unsafe self.steps = Self.immortal(steps)
        unsafe self.rows = Self.immortal(rows)
        unsafe self.symbols = Self.immortal(symbols)
    }

    private static func immortal<Element: BitwiseCopyable>(
        _ elements: [Element]
    ) -> UnsafeBufferPointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = unsafe memory.initialize(from: elements)
        return UnsafeBufferPointer(memory)
    }

    /// The symbols at the beginning of a window of 32 bits of which the first eleven are known.
    private static func step(_ window: Int, _ rows: [Row], _ symbols: [UInt16]) -> Step {
        var step = Step()
        var left = window
        while step.count < 2, let row = rows.first(where: { left < $0.limit }),
            step.bits + row.bits <= stepBits
        {
            let place = left >> (32 - row.bits) - row.firstCode + row.firstPlace
            step.append(symbols[place], bits: row.bits)
            left = left << row.bits & 0xFFFF_FFFF
        }
        return step
    }

    /// Spells out `source` into `scratch` from `base` on and returns how many bytes it is.
    ///
    /// Text beyond the room of `scratch`, less its slack, is counted but not kept.
    func decode(
        _ source: ByteRegion, into scratch: inout ByteStore, at base: Int
    ) throws(HPACKError) -> Int {
        let room = scratch.count - Self.slackBytes
        var bits = BitWindow(source)
        var end = base
        var dropped = 0
        while true {
            bits.refill()
            if end > room {
                dropped += end - base
                end = base
            }
            guard bits.count >= HuffmanCode.mostBits else { break }
            // At most 63 bits, so twelve symbols, before the room is looked at again.
            repeat {
                let step = unsafe steps[bits.top(Self.stepBits)]
                if step.count > 0 {
                    scratch.put(step.pair, at: end)
                    end += step.count
                    bits.drop(step.bits)
                } else {
                    let (symbol, length) = longSymbol(bits.top(32))
                    guard symbol != HuffmanCode.end else { throw .huffmanEnd }
                    scratch.put(UInt16(truncatingIfNeeded: symbol), at: end)
                    end += 1
                    bits.drop(length)
                }
            } while bits.count >= HuffmanCode.mostBits
        }
        while let (symbol, length) = lastSymbol(bits) {
            scratch.put(UInt16(truncatingIfNeeded: symbol), at: end)
            end += 1
            bits.drop(length)
        }
        guard bits.isPadding else { throw .huffmanPadding }
        return dropped + end - base
    }

    /// The next symbol of fewer than 30 bits that are left; `nil` when they hold none.
    @inline(__always)
    private func lastSymbol(_ bits: BitWindow) -> (symbol: Int, bits: Int)? {
        let step = unsafe steps[bits.top(Self.stepBits)]
        if step.count > 0 {
            return step.firstBits <= bits.count ? (Int(step.pair & 0xFF), step.firstBits) : nil
        }
        let long = longSymbol(bits.top(32))
        return long.bits <= bits.count ? long : nil
    }

    /// The symbol at the beginning of a window of 32 bits.
    @inline(never)
    private func longSymbol(_ window: Int) -> (symbol: Int, bits: Int) {
        // The limit of the last row is beyond any window.
        var index = 0
        while unsafe window >= rows[index].limit { index += 1 }
        let row = unsafe rows[index]
        let place = window &>> (32 - row.bits) - row.firstCode + row.firstPlace
        return unsafe (Int(symbols[place]), row.bits)
    }
}

/// The next bits of a text, the first of them the highest.
private struct BitWindow {
    private let source: ByteRegion
    private var position = 0
    private var window: UInt64 = 0
    /// The bits that are known.
    private(set) var count = 0

    init(_ source: ByteRegion) { self.source = source }

    /// Makes at least 56 bits known, or all that are left.
    @inline(__always)
    mutating func refill() {
        if source.count - position >= 8 {
            // Bits of a byte that is not counted yet may come in; they come again the same.
            window |= UInt64(bigEndian: source.integer(at: position, as: UInt64.self)) &>> count
            let taken = (63 - count) &>> 3
            position += taken
            count += taken * 8
            return
        }
        while count <= 56, position < source.count {
            window |= UInt64(source.byte(at: position)) &<< (56 - count)
            position += 1
            count += 8
        }
    }

    /// The first `width` bits; those not known are zero at the end of the text.
    @inline(__always)
    func top(_ width: Int) -> Int { Int(truncatingIfNeeded: window &>> (64 - width)) }

    @inline(__always)
    mutating func drop(_ bits: Int) {
        window &<<= UInt64(truncatingIfNeeded: bits)
        count -= bits
    }

    /// Whether what is left is less than a byte of ones. Source: RFC 7541 section 5.2.
    var isPadding: Bool {
        count < 8 && (count == 0 || top(count) == 1 << count - 1)
    }
}
