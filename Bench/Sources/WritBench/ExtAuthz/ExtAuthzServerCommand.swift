import ArgumentParser
import ExtAuthz
import Glibc

/// `writ-bench ext-authz-server`: the protocol with nothing behind it.
struct ExtAuthzServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ext-authz-server",
        abstract: "Serve ext_authz and allow everything, until killed.",
        shouldDisplay: false)

    @Option(help: "The socket.")
    var socket: String

    @Option(help: "Event loops.")
    var threads = 1

    func run() throws {
        let server = try ExtAuthzServer.start(
            ExtAuthzConfiguration(endpoint: .unixSocket(path: socket), loopCount: threads)
        ) { _ in BareAllowHandler() }
        withExtendedLifetime(server) { while true { _ = pause() } }
    }
}
