import Synchronization
import Testing

@testable import HTTPService

@Suite("FreedMemory")
struct FreedMemoryTests {
    /// What `isDue` says for numbers of open connections, one look after the other.
    private static func looks(_ numbers: [UInt64]) -> [Bool] {
        let box = Box()
        var memory = FreedMemory { box.open.load(ordering: .relaxed) }
        return numbers.map { number in
            box.open.store(number, ordering: .relaxed)
            return memory.isDue()
        }
    }

    private final class Box: Sendable {
        let open = Atomic<UInt64>(0)
    }

    @Test("Nothing is due while few connections end, however many come and go")
    func few() {
        #expect(Self.looks([0, 255, 0, 255, 0, 100, 0]).allSatisfy { !$0 })
    }

    @Test("It is due once when enough have ended, at once or little by little")
    func many() {
        #expect(Self.looks([256, 0, 0, 0]) == [false, true, false, false])
        #expect(
            Self.looks([1000, 900, 800, 744, 743, 488]) == [false, false, false, true, false, true])
        #expect(Self.looks([256, 1, 0, 256, 0]) == [false, false, true, false, true])
    }
}
