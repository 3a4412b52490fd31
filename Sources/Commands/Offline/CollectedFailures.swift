/// Failures of steps that do not depend on each other: all are reported, not just the first.
struct CollectedFailures {
    private var failures: [Failure] = []

    /// Does a step; nil when it fails.
    mutating func attempt<Output>(_ step: () throws(Failure) -> Output) -> Output? {
        do throws(Failure) {
            return try step()
        } catch {
            failures.append(error)
            return nil
        }
    }

    /// What failed, as one; nil when nothing did.
    var joined: Failure? { failures.isEmpty ? nil : Failure(all: failures) }
}
