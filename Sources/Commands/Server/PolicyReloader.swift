import CedarEngine
import DecisionPoint
import Gateway
import Logging
import Routes

/// Reloads policies and routes when asked or when their files change; if any is bad, the last good
/// ones of all stay.
///
/// All reloads run one after the other on a thread of their own, so that what was read last is what
/// is in force, and stopping does not wait for them.
final class PolicyReloader: Sendable {
    private let source: PolicySource
    private let routePaths: [String]
    private let loaded: String
    private let worker: ReloadThread
    /// What became of the reloads so far.
    let counts = ReloadCounts()

    /// - Parameter loaded: the signature from before the published policies and routes were read, so
    ///   that a change during the reading is seen.
    init(
        source: PolicySource, routes: [RouteSource] = [], loaded: String,
        publisher: RulesetPublisher, log: Logger
    ) {
        self.source = source
        routePaths = routes.map(\.path)
        self.loaded = loaded
        let counts = counts
        worker = ReloadThread(
            reload: { cause in Self.reload(source, routes, publisher, counts, log, because: cause)
            },
            freeUnused: { publisher.freeUnused() == 0 })
    }

    deinit { worker.stop() }

    /// Has the files loaded, and published if they are good; does not wait for it.
    ///
    /// What is asked for while a reload runs is one reload after it.
    func reload(because cause: String) { worker.request(cause) }

    /// Names, sizes and times of all files.
    static func signature(_ source: PolicySource, routePaths: [String]) -> String {
        ([source.signature()] + routePaths.map { RouteSource.signature($0) })
            .joined(separator: "\n")
    }

    private static func reload(
        _ source: PolicySource, _ routes: [RouteSource], _ publisher: RulesetPublisher,
        _ counts: ReloadCounts, _ log: Logger, because cause: String
    ) {
        do throws(Failure) {
            let ruleset = try Self.ruleset(source)
            var tables: [RouteTable] = []
            for route in routes { tables.append(try route.load()) }
            // Nothing can fail from here on.
            for (route, table) in zip(routes, tables) {
                route.publisher.publish(table)
                log.notice(
                    "routes reloaded",
                    metadata: ["file": "\(route.path)", "routes": "\(table.routes.count)"])
            }
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
                    "version": "\(HexadecimalDigits(ruleset.version).text)",
                ])
        } catch {
            counts.countFailed()
            log.error(
                "POLICIES NOT RELOADED: the last good set stays in force\n\(error.description)",
                metadata: ["cause": "\(cause)"])
        }
    }

    private static func ruleset(_ source: PolicySource) throws(Failure) -> Ruleset {
        do throws(PolicySource.Failure) {
            return try source.load()
        } catch {
            throw Failure(error.description)
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
            let now = Self.signature(source, routePaths: routePaths)
            if now != published, now == seen {
                published = now
                reload(because: "files changed")
            }
            seen = now
        }
    }
}
