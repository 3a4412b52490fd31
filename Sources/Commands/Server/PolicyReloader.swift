import CedarEngine
import DecisionPoint
import Logging

/// Reloads policies when asked or when their files change; bad ones leave the last good set.
final class PolicyReloader: Sendable {
    private let source: PolicySource
    private let publisher: RulesetPublisher
    private let loaded: String
    private let log: Logger

    /// - Parameter loaded: the source's signature from before the published policies were read, so
    ///   that a change during the reading is seen.
    init(source: PolicySource, loaded: String, publisher: RulesetPublisher, log: Logger) {
        self.source = source
        self.loaded = loaded
        self.publisher = publisher
        self.log = log
    }

    /// Loads the files and publishes them if they are good.
    func reload(because cause: String) {
        do throws(PolicySource.Failure) {
            let ruleset = try source.load()
            let last = publisher.load().ruleset
            guard ruleset.version != last.version else {
                log.info("policies are unchanged", metadata: ["cause": "\(cause)"])
                return
            }
            publisher.publish(ruleset)
            log.notice(
                "policies reloaded",
                metadata: [
                    "cause": "\(cause)", "policies": "\(ruleset.policies.count)",
                    "version": "\(hexadecimal(ruleset.version))",
                ])
        } catch {
            log.error(
                "POLICIES NOT RELOADED: the last good set stays in force\n\(error.description)",
                metadata: ["cause": "\(cause)"])
        }
    }

    /// Looks for changed files twice a second, until the task is cancelled.
    ///
    /// Sizes and times of the files are compared; a change is taken up when two looks in a row see
    /// the same, so that a file is not read while it is being written.
    func watch() async {
        var published = loaded
        var seen = published
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            let now = source.signature()
            if now != published, now == seen {
                published = now
                reload(because: "files changed")
            }
            seen = now
        }
    }
}

/// Sixteen hexadecimal digits.
func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
