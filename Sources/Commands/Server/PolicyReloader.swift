import CedarEngine
import DecisionPoint
import Logging

/// Reloads policies when asked or when their files change; bad ones leave the last good set.
///
/// All reloads run one after the other on a thread of their own, so that what was read last is what
/// is in force, and stopping does not wait for them.
final class PolicyReloader: Sendable {
    private let source: PolicySource
    private let loaded: String
    private let worker: ReloadThread
    /// What became of the reloads so far.
    let counts = ReloadCounts()

    /// - Parameter loaded: the source's signature from before the published policies were read, so
    ///   that a change during the reading is seen.
    init(source: PolicySource, loaded: String, publisher: RulesetPublisher, log: Logger) {
        self.source = source
        self.loaded = loaded
        let counts = counts
        worker = ReloadThread(
            reload: { cause in Self.reload(source, publisher, counts, log, because: cause) },
            freeUnused: { publisher.freeUnused() == 0 })
    }

    deinit { worker.stop() }

    /// Has the files loaded, and published if they are good; does not wait for it.
    ///
    /// What is asked for while a reload runs is one reload after it.
    func reload(because cause: String) { worker.request(cause) }

    private static func reload(
        _ source: PolicySource, _ publisher: RulesetPublisher, _ counts: ReloadCounts,
        _ log: Logger, because cause: String
    ) {
        do throws(PolicySource.Failure) {
            let ruleset = try source.load()
            // Only the version: whoever holds the old set would have to free it.
            let lastVersion = publisher.load().ruleset.version
            guard ruleset.version != lastVersion else {
                counts.countUnchanged()
                log.info("policies are unchanged", metadata: ["cause": "\(cause)"])
                return
            }
            publisher.publish(ruleset)
            counts.countPublished()
            log.notice(
                "policies reloaded",
                metadata: [
                    "cause": "\(cause)", "policies": "\(ruleset.policies.count)",
                    "version": "\(hexadecimal(ruleset.version))",
                ])
        } catch {
            counts.countFailed()
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
