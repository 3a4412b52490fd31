import Synchronization
import Testing

@testable import HTTPService

@Suite("FreedMemory")
struct FreedMemoryTests {
    private final class Connections: Sendable {
        let open = Atomic<UInt64>(0)
        let ended = Atomic<UInt64>(0)
    }

    /// What `isDue` says of connections, one look after the other.
    private static func looks(_ looks: [(open: UInt64, ended: UInt64)]) -> [Bool] {
        let connections = Connections()
        var memory = FreedMemory {
            (
                connections.open.load(ordering: .relaxed),
                connections.ended.load(ordering: .relaxed)
            )
        }
        return looks.map { look in
            connections.open.store(look.open, ordering: .relaxed)
            connections.ended.store(look.ended, ordering: .relaxed)
            return memory.isDue()
        }
    }

    @Test("Nothing is due before enough have ended, nor while they come and go")
    func notYet() {
        #expect(Self.looks([(0, 0), (255, 0), (0, 255), (0, 255)]).allSatisfy { !$0 })
        #expect(
            Self.looks((0..<100).map { (open: 100, ended: $0 * 1000) }).allSatisfy { !$0 })
        #expect(Self.looks([(0, 1000), (0, 1016), (0, 1032)]).allSatisfy { !$0 })
    }

    @Test(
        "It is due once when a burst is over, at once or little by little, whatever goes on beside")
    func burst() {
        #expect(Self.looks([(256, 0), (0, 256), (0, 256)]) == [false, true, false])
        #expect(
            Self.looks([
                (1000, 0), (900, 100), (744, 256), (743, 257), (488, 512),
            ]) == [false, false, true, false, true])
        #expect(
            Self.looks([(1000, 1000), (1000, 3000), (100, 6000), (100, 8000)])
                == [false, false, true, false])
    }

    @Test("It is due once when it is quiet after many")
    func quiet() {
        #expect(
            Self.looks([(1, 200), (1, 400), (1, 415), (1, 415)]) == [false, false, true, false])
        #expect(
            Self.looks([(1, 255), (1, 255), (1, 256), (1, 256)]) == [false, false, true, false])
        #expect(
            Self.looks([(0, 300), (0, 300), (0, 555), (0, 555), (0, 556)]) == [
                false, true, false, false, true,
            ])
    }
}
