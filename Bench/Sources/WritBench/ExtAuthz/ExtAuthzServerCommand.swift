import ArgumentParser
import ExtAuthz
import Glibc
import Server

/// `writ-bench ext-authz-server`: the protocol with nothing behind it, or with decisions.
struct ExtAuthzServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ext-authz-server",
        abstract: "Serve ext_authz until killed.",
        shouldDisplay: false)

    @Option(help: "The socket.")
    var socket: String

    @Option(help: "Event loops.")
    var threads = 1

    @Option(help: "Decide, with the identities of this scenario; without it everything is allowed.")
    var scenario: String?

    @Flag(help: "Allow everything, and say as much beside as a decision does.")
    var full = false

    @Option(help: "The store to make for that.")
    var store: String?

    func run() throws {
        var configuration = ExtAuthzConfiguration(
            endpoint: .unixSocket(path: socket), loopCount: threads)
        let server: ExtAuthzServer
        if let scenario, let store {
            let world = try DecidingWorld(scenario: scenario, store: store)
            configuration.identityHeaders = world.identityHeaders
            server = try ExtAuthzServer.start(configuration) { try world.handler($0) }
        } else if full {
            configuration.identityHeaders = ["x-roles"]
            server = try ExtAuthzServer.start(configuration) { _ in FullAllowHandler() }
        } else {
            server = try ExtAuthzServer.start(configuration) { _ in BareAllowHandler() }
        }
        withExtendedLifetime(server) { while true { _ = pause() } }
    }
}
