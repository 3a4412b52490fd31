import DecisionPoint

/// What the agent has done so far.
package struct SPOEStatistics: Sendable, Equatable {
    /// Frames with a question, all of them answered.
    package var questions: UInt64 = 0
    /// Those of them that were allowed.
    package var allowed: UInt64 = 0
    /// Those of them that were no questions, and so denied.
    package var malformed: UInt64 = 0
    /// Looks of HAProxy whether somebody is here.
    package var healthChecks: UInt64 = 0
    /// Connections ended because of what they sent.
    package var invalidFrames: UInt64 = 0

    /// Adds another worker's figures.
    mutating func add(_ other: SPOEStatistics) {
        questions += other.questions
        allowed += other.allowed
        malformed += other.malformed
        healthChecks += other.healthChecks
        invalidFrames += other.invalidFrames
    }
}

/// Counters written by one worker and read by any thread.
package final class SPOEBoard: Sendable {
    let questions = EventCounter()
    let allowed = EventCounter()
    let malformed = EventCounter()
    let healthChecks = EventCounter()
    let invalidFrames = EventCounter()

    package init() {}

    package var figures: SPOEStatistics {
        SPOEStatistics(
            questions: questions.value, allowed: allowed.value, malformed: malformed.value,
            healthChecks: healthChecks.value, invalidFrames: invalidFrames.value)
    }
}
