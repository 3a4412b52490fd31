import ArgumentParser
import BenchSupport
import Glibc

/// Where a server and its load run.
struct CoreOptions: ParsableArguments {
    @Option(help: "The core of the server; any unless given.")
    var serverCore: Int?

    @Option(help: "The core of the load; any unless given.")
    var clientCore: Int?

    /// Where both run, for a report's notes.
    var words: String {
        "server on \(Self.words(serverCore)), load on \(Self.words(clientCore))"
    }

    /// A core, for a report's notes.
    static func words(_ core: Int?) -> String { core.map { "core \($0)" } ?? "any core" }

    /// Readies this process to be the load.
    func becomeClient() throws {
        // A server that is gone is an error to report, not the end of this process.
        _ = signal(SIGPIPE, SIG_IGN)
        if let clientCore { try Machine.pin(to: clientCore) }
    }
}

/// The program that is measured.
struct ProgramOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The program `writ`; the one beside this unless given.", valueName: "path"))
    var writ: String?

    /// Where it is.
    var path: String { writ ?? ServeBench.beside("writ") }
}
