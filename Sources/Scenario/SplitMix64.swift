/// SplitMix64, the 64-bit generator behind every made-up entity: tiny, fast and the same everywhere.
///
/// Not for secrets. Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators",
/// 2014, with the mixing constants of Stafford's variant 13.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Starts the stream that belongs to one thing of one kind, independent of all others.
    ///
    /// An entity drawn from its own stream can be drawn again at any time, in any order: this is
    /// how requests agree with entities that were written long before.
    init(seed: UInt64, kind: UInt64, index: Int) {
        var outer = SplitMix64(seed: seed ^ (kind &* 0xD6E8_FEB8_6659_FD93))
        var inner = SplitMix64(seed: outer.next() ^ UInt64(truncatingIfNeeded: index))
        state = inner.next()
    }

    /// Draws the next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }

    /// Draws a number in `0..<bound`; `bound` must be positive.
    ///
    /// The bias is below `bound / 2^64`, far from mattering here.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a random number needs a positive bound")
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Draws a number in `0..<bound` that is small more often than large, as popularity is.
    mutating func skewedBelow(_ bound: Int) -> Int {
        let first = below(bound)
        return below(first + 1)
    }

    /// Draws true `percent` times in a hundred.
    mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    /// Draws one of the elements; the array must not be empty.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
