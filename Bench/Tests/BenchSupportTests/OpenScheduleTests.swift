import BenchSupport
import Testing

@Suite struct OpenScheduleTests {
    @Test func nothingIsDueBeforeItsTime() {
        var schedule = OpenSchedule(start: 1000, rate: 1e6, seconds: 1)
        #expect(schedule.take(now: 999) == nil)
        #expect(schedule.wait(now: 900) == 100)
        #expect(schedule.take(now: 1000) == 1000)
        #expect(schedule.take(now: 1999) == nil)
        #expect(schedule.take(now: 2000) == 2000)
    }

    @Test func aStallMakesAllThatWasMissedDueWithItsOwnTime() {
        var schedule = OpenSchedule(start: 0, rate: 1000, seconds: 1)
        var latencies: [UInt64] = []
        // Nobody sends for ten milliseconds: eleven requests wait, each since its own time.
        let now: UInt64 = 10_000_000
        while let intended = schedule.take(now: now) { latencies.append(now - intended) }
        #expect(latencies == (0...10).map { UInt64(10 - $0) * 1_000_000 })
        #expect(schedule.wait(now: now) == 1_000_000)
    }

    @Test func itEnds() {
        var schedule = OpenSchedule(start: 0, rate: 10, seconds: 0.5)
        #expect(schedule.count == 5)
        while schedule.take(now: .max) != nil {}
        #expect(schedule.taken == 5)
        #expect(schedule.isDone)
        #expect(schedule.wait(now: 0) == nil)
    }

    @Test func timesDoNotDrift() {
        let schedule = OpenSchedule(start: 0, rate: 3, seconds: 1_000_000)
        #expect(schedule.intended(3_000_000 - 3) == 999_999_000_000_000)
    }
}
