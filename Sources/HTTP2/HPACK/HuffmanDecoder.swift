import Wire

/// Spells out Huffman-coded text: twelve bits are looked up at a time, which is one or two symbols
/// of those that headers are made of.
@safe struct HuffmanDecoder: BitwiseCopyable, @unchecked Sendable {
    /// What twelve bits begin with, in one word.
    private struct Step: BitwiseCopyable {
        private var word: UInt32 = 0

        /// The first symbol in the lower half and the second, if both fit, in the upper.
        var pair: UInt16 { UInt16(truncatingIfNeeded: word) }
        /// The bits of all symbols.
        var bits: Int { Int(word &>> 16 & 0xFF) }
        /// The symbols: none when the first is longer than twelve bits.
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

    private static let stepBits = 12

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

    /// The symbols at the beginning of a window of 32 bits of which the first twelve are known.
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
            // Four steps of at most two symbols make one word.
            guard bits.count >= 4 * Self.stepBits else { break }
            var word: UInt64 = 0
            var shift: UInt64 = 0
            var step = Step()
            for _ in 0..<4 {
                step = unsafe steps[bits.top(Self.stepBits)]
                // One without symbols adds nothing and is met again below.
                word |= UInt64(step.pair) &<< shift
                shift &+= UInt64(step.count) &* 8
                bits.drop(step.bits)
            }
            scratch.put(word, at: end)
            end &+= Int(shift / 8)
            if step.count == 0 { try takeLong(&bits, &scratch, &end) }
        }
        while let last = try lastStep(bits) {
            scratch.put(last.pair, at: end)
            end += last.count
            bits.drop(last.bits)
        }
        guard bits.isPadding else { throw .huffmanPadding }
        return dropped + end - base
    }

    /// Takes a symbol that has more bits than a step, unless the text may end before it does.
    @inline(__always)
    private func takeLong(
        _ bits: inout BitWindow, _ scratch: inout ByteStore, _ end: inout Int
    ) throws(HPACKError) {
        bits.refill()
        guard bits.count >= HuffmanCode.mostBits else { return }
        let (symbol, length) = longSymbol(bits.top(32))
        guard symbol != HuffmanCode.end else { throw .huffmanEnd }
        scratch.put(UInt16(symbol), at: end)
        end += 1
        bits.drop(length)
    }

    /// The next symbols of the bits that are left at the end; `nil` when they hold none.
    @inline(__always)
    private func lastStep(
        _ bits: BitWindow
    ) throws(HPACKError) -> (pair: UInt16, count: Int, bits: Int)? {
        let step = unsafe steps[bits.top(Self.stepBits)]
        if step.count > 0 {
            if step.bits <= bits.count { return (step.pair, step.count, step.bits) }
            return step.firstBits <= bits.count ? (step.pair, 1, step.firstBits) : nil
        }
        let (symbol, length) = longSymbol(bits.top(32))
        guard length <= bits.count else { return nil }
        guard symbol != HuffmanCode.end else { throw .huffmanEnd }
        return (UInt16(symbol), 1, length)
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
