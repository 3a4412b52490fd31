/// A small seeded generator of numbers, so that a failure repeats on every machine.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Returns a number from 0 up to but not including `bound`, which must be positive.
    package mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }

    /// Returns true in about `percent` of a hundred calls.
    package mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    /// Returns one of the elements, of which there must be some.
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// Puts the elements into a random order.
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in elements.indices.reversed() { elements.swapAt(last, below(last + 1)) }
    }

    /// Returns some of the elements, each with the given chance, in their order.
    mutating func some<Element>(of elements: [Element], percent: Int) -> [Element] {
        var result: [Element] = []
        for element in elements where chance(percent) { result.append(element) }
        return result
    }
}
