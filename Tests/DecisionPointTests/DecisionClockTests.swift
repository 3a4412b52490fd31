import Synchronization
import Testing

@testable import DecisionPoint

@Suite struct DecisionClockTests {
    @Test func neverMovesBackwards() {
        let machine = Atomic<Int64>(5_000_000)
        let clock = DecisionClock { machine.load(ordering: .relaxed) }
        #expect(clock.now() == 5_000_000)
        machine.store(5_000_000 - 3_600_000, ordering: .relaxed)
        #expect(clock.now() == 5_000_000)
        machine.store(5_000_001, ordering: .relaxed)
        #expect(clock.now() == 5_000_001)
        machine.store(5_000_000 + 3_600_000, ordering: .relaxed)
        #expect(clock.now() == 8_600_000)
        machine.store(5_000_002, ordering: .relaxed)
        #expect(clock.now() == 8_600_000)
    }

    @Test func doesNotStartBeforeWhatIsKnown() {
        let clock = DecisionClock(notBefore: 1_000) { 1 }
        #expect(clock.now() == 1_000)
    }
}
