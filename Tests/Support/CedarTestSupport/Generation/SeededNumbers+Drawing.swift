package import SeededNumbers

extension SeededNumbers {
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
