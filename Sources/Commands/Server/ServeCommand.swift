import ArgumentParser
import HTTPService
import Logging
import Server

/// `writ serve`: answers on its sockets until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the decision point.",
        discussion: """
            The configuration is a YAML file. The least is:

              policies: policies.cedar
              store: data
              socket:
                path: run/writ.sock

            `writ configuration example` prints one with every key, explained; `writ
            configuration reference KEY` says what a key means, and with --json prints a
            JSON Schema for editors; `writ configuration check FILE` and --check tell
            everything that is wrong, without serving.

            Relative paths are relative to the file. Policies, links, schema and routes are
            reloaded together when one of their files changes and on SIGHUP; if any of them
            is bad, all of the last good ones stay in force. SIGTERM and SIGINT stop the
            service once what it has received is answered; with --drain-delay it first says
            for a while, by /health/ready, that it is going to.

            A file that somebody has open for writing is not read: what was in force stays
            so, and a start waits a second for it and fails then. Where the system does not
            tell (another user's files, some file systems), a file is read once it has been
            left alone for a quarter of a second. Replace files by a rename: write another
            one beside it and `mv` it over the old, then nobody ever sees half of it.

            With a schema, a request that does not conform to it is denied with the cause
            `schemaViolation` and a detail that names the member, as in context.amount:
            expected `Long`, found a `String`. The actions of the schema and their groups
            are known without being in the store.

            With `identity`, bundles, revocation lists and the deny-list are read again
            within a tenth of a second when they change (other users' files: a third).
            Peers that are no gateways may not send evidence, and nobody but those listed
            may name a principal.

            Where `allowedUsers` or `allowedGroups` list others than the service's own
            user, they need a way to the socket: a directory that the service makes may be
            entered by all (0711, otherwise 0700). One that is there is not changed; when
            it, or one above, keeps them out, the service says so and does not start. Where
            its group alone may enter, as in 0750, users must be in that group by the
            system's own account of it; those it does not know are not judged.

            A service manager may open the sockets of all listeners and pass them
            (LISTEN_FDS, as systemd does): they stay open while the service is restarted,
            and clients wait instead of being refused. A socket is for the listener of its
            name (FileDescriptorName=local, envoy, spoe, tls, or the name of one of
            `http`), and one without a name for the listener at its address. Paths,
            addresses and ports must be those of the configuration; modes and directories
            are the manager's.

            With `tls`, a peer whose certificate is not believed gets no connection, and
            loses it when a bundle, a revocation list or the deny-list changes. A question
            that names nobody and brings nothing is decided for the peer itself.

            Addresses of `http` answer nobody unless `callers` says who may ask: a client
            certificate that `identity` verifies, a key or secret of which the digest
            stands here, made by
              openssl rand -hex 32 | tee key | tr -d '\\n' | sha256sum
            or an access token. Keys in a file, `callers.secrets`, are read again within a
            tenth of a second when it changes: one that is taken away is refused on the
            next request. TCP without TLS is refused, but for `operations` on a loopback
            address. Certificates are read again when their files change, and connections
            stay. Health is told to anybody: /health/live and /health/ready, which is 503
            while there is no policy or the store cannot be read.

            The log goes to standard error: text on a terminal, JSON elsewhere, one object
            a line, also of what has several lines; --log json or text sets it.

            Exit codes: 0 stopped, or with --check all is good; 1 could not start.

            Examples:
              writ serve --config writ.yaml
              writ serve --config writ.yaml --check
              writ serve --config writ.yaml --drain-delay 5 --log json
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String

    @Flag(
        help: ArgumentHelp(
            "Check the configuration and the files it names, and do not serve.",
            discussion: "As `writ configuration check`, which can answer in JSON."))
    var check = false

    @Option(help: "How long stopping may take, in seconds.")
    var drain = 5

    @Option(
        help: ArgumentHelp(
            "How long to go on before stopping begins, in seconds.",
            discussion: """
                In that time /health/ready is 503 and everything else is answered, so that load \
                balancers send what is new elsewhere.
                """))
    var drainDelay = 0

    @Option(
        help: ArgumentHelp(
            "How the log is written: `json`, one object a line, or `text`.",
            discussion: "Unless given, text on a terminal and JSON elsewhere."))
    var log: LogFormat?

    func validate() throws {
        guard (0...3600).contains(drain) else {
            throw ValidationError("--drain must be from 0 to 3600 seconds")
        }
        guard (0...3600).contains(drainDelay) else {
            throw ValidationError("--drain-delay must be from 0 to 3600 seconds")
        }
    }

    func run() async throws {
        let format = log ?? (Terminal.error.isInteractive ? .text : .json)
        do throws(Failure) {
            if check {
                let check = try ConfigurationCheck(config)
                for warning in check.warnings { Logger.service(format).warning("\(warning)") }
                return printLine(check.words)
            }
            try await serve(format)
        } catch {
            guard format == .json else { throw error }
            // The last line of the log is no other than the rest.
            Logger.service(format).critical(
                "NOT STARTED", metadata: ["error": "\(error.description)"])
            await LogQueue.standardError.flush(within: .seconds(1))
            throw ExitCode.failure
        }
    }

    private func serve(_ format: LogFormat) async throws(Failure) {
        let signals = try StopSignals()
        var configuration = try ServiceConfiguration.read(config)
        try Self.inheritSockets(&configuration)
        let service = try Service(configuration, log: .service(format))
        let http: RunningHTTP?
        do throws(Failure) {
            http = try await service.startHTTP()
        } catch {
            service.stop(drainFor: .zero)
            throw error
        }
        await signals.handle(
            reload: { service.reloader.reload(because: "SIGHUP") },
            while: service.watch)
        if drainDelay > 0 {
            http?.announceStop()
            Logger.service(format).notice(
                "not ready any more, stopping later", metadata: ["seconds": "\(drainDelay)"])
            try? await Task.sleep(for: .seconds(drainDelay))
        }
        // Side by side, so that both have the time there is.
        async let stopped: Void? = http?.stop(drainFor: .seconds(drain))
        service.stop(drainFor: .seconds(drain))
        await stopped
        await LogQueue.standardError.flush(within: .seconds(1))
    }

    /// Takes over what a service manager opened for this process.
    private static func inheritSockets(
        _ configuration: inout ServiceConfiguration
    ) throws(Failure) {
        do throws(StreamSocketError) {
            try configuration.inherit(try InheritedSockets())
        } catch {
            throw Failure(error.description)
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

extension Logger {
    /// Logs to standard error, as service managers expect.
    static func service(_ format: LogFormat) -> Logger {
        Logger(label: "writ") { _ in ServiceLogHandler(format) }
    }
}
