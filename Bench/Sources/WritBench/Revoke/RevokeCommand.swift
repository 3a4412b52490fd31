import ArgumentParser
import BenchSupport
import Glibc

/// `writ-bench revoke`: how soon what is taken away is refused, under full load.
struct RevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a certificate, quarantine a device and empty a bundle under full load.",
        discussion: """
            Starts `writ serve` and keeps requests in flight on every connection, each with
            the certificates of its client. Then, again and again, the certificate is
            revoked, its device is set apart, and the file with its authority is emptied;
            each is given back before the next. The time counts from before the change is
            written until the last allow was received on any connection, those included that
            were in flight.

            Exit code 1: an allow was received after --limit milliseconds, or another answer
            was wrong.

            Example:
              mkdir /tmp/minted && bash Tests/IdentityTests/Minting/mint.sh /tmp/minted
              writ-bench revoke --certificates /tmp/minted --rounds 10
            """)

    @Option(
        help: ArgumentHelp(
            "What Tests/IdentityTests/Minting/mint.sh made.", valueName: "directory"))
    var certificates: String

    @Option(help: "Times each is taken away.")
    var rounds = 10

    @Option(help: "Connections.")
    var connections = 4

    @Option(help: "Requests in flight on each connection.")
    var depth = 16

    @Option(help: "The server's worker threads.")
    var threads = 2

    @Option(help: "Milliseconds after which nothing may be allowed.")
    var limit = 100.0

    @OptionGroup var cores: CoreOptions

    @OptionGroup var program: ProgramOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...1000).contains(rounds), (1...1024).contains(connections),
            (1...1024).contains(depth), (1...64).contains(threads), limit > 0
        else { throw ValidationError("a number is out of bounds") }
    }

    func run() throws {
        try cores.becomeClient()
        let directory = try TemporaryDirectory()
        let world = try RevokeWorld(
            folder: directory.path, certificates: certificates, threads: threads)
        let server = try world.start(writ: program.path, core: cores.serverCore)
        let client = try LoadClient(
            path: server.socket, kind: .writ, frames: world.frames, connections: connections,
            isBlocking: true)
        let judge = RevocationJudge()
        for connection in client.connections {
            connection.judgeFrame = { judge.judge($0) }
        }
        let revoker = Revoker(world, judge, rounds: rounds)
        let thread = try BackgroundThread { revoker.run() }
        let load = try client.runClosed(depth: depth, warmSeconds: 0) { _ in revoker.isOver }
        thread.join()
        if let failure = revoker.failure { throw BenchError("\(failure)\n\(server.logText)") }
        let longest = try publish(load, revoker.delays, judge)
        if longest > limit || load.wrong > 0 { throw ExitCode(1) }
    }

    /// - Returns: the longest time, in milliseconds.
    private func publish(
        _ load: LoadFigures, _ delays: [Revoker.Delay], _ judge: RevocationJudge
    ) throws -> Double {
        var report = Report(
            "from a revocation to the last allow under full load, milliseconds",
            columns: [
                "what", "times", "written, median", "last allow, median", "last allow, longest",
                "after written, longest",
            ])
        var longest = 0.0
        for revocation in Revocation.allCases {
            let own = delays.filter { $0.revocation == revocation }
            let last = own.map(\.lastAllow)
            longest = max(longest, last.max() ?? 0)
            report.add([
                .text(revocation.rawValue), .count(own.count),
                .number(own.map(\.written).median ?? 0, decimals: 1),
                .number(last.median ?? 0, decimals: 1), .number(last.max() ?? 0, decimals: 1),
                .number(own.map(\.afterWritten).max() ?? 0, decimals: 1),
            ])
        }
        report.notes = [
            "\(connections) connections, \(depth) requests in flight on each, "
                + "\(load.perSecond.fixed(0)) answers a second; wrong: \(load.wrong)",
            "\(threads) worker threads; \(cores.words)",
        ]
        try output.publish(
            report,
            Chart(
                "From a revocation to the last allow", horizontal: "time", vertical: "milliseconds",
                series: Revocation.allCases.map { revocation in
                    Chart.Series(
                        revocation.rawValue,
                        delays.filter { $0.revocation == revocation }.enumerated().map {
                            (x: Double($0), y: $1.lastAllow)
                        })
                },
                categories: (0..<rounds).map { "\($0 + 1)" }))
        return longest
    }
}
