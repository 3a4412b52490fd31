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
            The configuration is a YAML file:

              policies: policies/            # a file, a folder of *.cedar and *.cedar.json,
                                             # or a list of these; *.json is a policy set in
                                             # JSON
              links: links.json              # optional: links of templates, or a list of
                                             # files
              schema: schema.cedarschema     # optional: policies must be strictly valid
                                             # against it, and every request is checked
                                             # against its action
              store: /var/lib/writ           # the entity store, made by `writ store import`
              errors: strict                 # a forbid that errors denies; `cedar` skips it
              cache: 256MiB                  # of entity records, over all threads; 0 for
                                             # none
              identity:                      # optional: who asks is proven, not named
                verified: verified           # the context member that only the service
                                             # makes
                trust:
                  domains:
                    bank.example:
                      bundle: trust/bank     # a folder of PEM files, or a SPIFFE bundle
                      revocation: none       # or `leaf`, `chain`: who needs a revocation
                                             # list
                      expiredListGrace: 1h   # how long an overdue list is believed
                  organizations:             # certificates without a SPIFFE id
                    bundle: trust/partners
                  denyList: trust/denied     # lines `spiffe ID`, `thumbprint DIGITS`,
                                             # `serial DIGITS ISSUER`
                tokens:
                  - issuer: https://login.bank.example
                    keys: trust/login.jwks   # a file with a JWK set
                    audiences: [writ]
                  - {domain: bank.example, keys: trust/bank.json, audiences: [writ]}
                principals:                  # the first rule that fits counts; none is a
                                             # deny
                  - {spiffe: 'spiffe://bank.example/ns/*/sa/*', type: Workload, id: spiffeId}
                  - {organization: '*', type: ThirdParty, id: organizationIdentifier}
                  - {token: 'https://login.bank.example', type: User, id: sub}
                whenBoth: token              # who asks when a certificate and a token came
                device: {thumbprint: true}   # how the device is found
              tls:                           # optional: the socket's frames by TLS 1.3, for
                                             # other machines with certificates that
                                             # `identity` believes
                listen: 0.0.0.0:8447
                certificate: tls/writ.pem    # the service's own, leaf first, read again
                                             # when it changes; connections stay
                key: tls/writ.key
                allowed: ['spiffe://bank.example/ns/*/sa/*']
                gateways: ['spiffe://bank.example/ns/edge/sa/*']
                mayNamePrincipal: ['spiffe://bank.example/ns/core/sa/batch']
                handshakeTimeout: 5s         # and the limits of `socket`
                idleTimeout: 10m
              obligations: [mask, log]       # what `@obligation` may name: all that every
                                             # enforcing side fulfils; others are refused
                                             # with the policies
              envoy:                         # optional: Envoy asks by ext_authz; needs
                                             # `identity`
                socket: /run/writ/envoy.sock # or `address: 127.0.0.1:9191`
                routes: routes.yaml          # what a request asks for, see `writ routes
                                             # --help`
                identityHeaders:             # what the service behind learns; a client's
                                             # own copies never get there
                  x-principal: principalId
                  x-device: deviceId
                  x-roles: removed
                challenge: Bearer            # `WWW-Authenticate` of a 401
                tokens: true                 # whether the token in `Authorization` is
                                             # judged
                errors: strict
                threads: 2                   # event loops; one per core unless given
                allowedUsers: [1001]         # of the socket; the service's own user unless
                                             # given
                maximumConnections: 256
                maximumConcurrent: 1000      # checks on one connection
                maximumMessageBytes: 256KiB
                maximumDeadline: 5s          # Envoy's own timeout counts when it is shorter
                log: denials                 # or `all`, `none`: as for `http`
              spoe:                          # optional: HAProxy asks as by its SPOE; needs
                                             # `identity`
                socket: /run/writ/spoe.sock  # or `address: 127.0.0.1:9192`
                routes: routes.yaml          # and the other keys of `envoy` for what is
                                             # decided
                allowedUsers: [99]           # HAProxy's; the service's own unless given
                threads: 2
                maximumConnections: 256
                maximumFrameBytes: 64KiB     # of a question; HAProxy's limit counts when it
                                             # is smaller
                deadline: 500ms              # of requests, by the argument `start`
                log: denials                 # or `all`, `none`: as for `http`
              reload: watch                  # or `signal`: reload on SIGHUP only
              http:                          # optional: a list of addresses
                - name: services             # not `local`, `envoy`, `spoe` or `tls`
                  family: authzen            # or `forward-auth`, `operations`
                  address: 0.0.0.0:8443      # or `socket: /run/writ/http.sock`
                  tls: {certificate: tls/server.pem, key: tls/server.key}
                  callers:                   # who may ask, by any one of these
                    certificates: [{spiffe: 'spiffe://bank.example/ns/*/sa/gateway'}]
                    keys: [{name: shop, sha256: 64 hexadecimal digits}]
                    clients: [{id: shop, sha256: 64 hexadecimal digits}]
                    tokens: [{issuer: 'https://login.bank.example', client: shop}]
                  log: denials               # or `all`, `none`: JSON lines on standard
                                             # error
                  authzen:
                    types: {user: User}      # and so on: README
                    evidence: accepted       # proof of subjects in `context.evidence`, with
                                             # `identity`; or `none`, `required`
                - name: edge                 # nginx, Caddy, Traefik or HAProxy asks by
                                             # forward-auth
                  family: forward-auth
                  socket: /run/writ/nginx.sock
                  allowedUsers: [33]         # the gateway's; needs `identity`
                  forwardAuth:
                    gateway: nginx           # whose header fields are read, one gateway a
                                             # listener
                    routes: routes.yaml      # and the other keys of `envoy` for what is
                                             # decided
                    identityHeaders: {x-principal: principalId}
                    certificate: escapedPEM  # where the client's certificate is; as the
                                             # gateway's example sends it unless given; or
                                             # `none`
                    requireCertificate: false
                    deadline: 500ms          # of requests, by the gateway's X-Request-Start
                    causes: false            # whether answers name cause and policies
                - {name: figures, family: operations, address: '127.0.0.1:9090'}
              socket:
                path: /run/writ/writ.sock
                threads: 2                   # one per core unless given
                allowedUsers: [1000]         # the service's own user unless given
                allowedGroups: []
                gateways: {users: [1001]}    # with `identity`: whose evidence is judged,
                mayNamePrincipal: {users: [0]} # who may name the principal,
                requireEvidence: false       # and whether nobody gets by without evidence
                maximumConnections: 4096
                maximumFrameBytes: 1MiB
                maximumBatchItems: 4096
                maximumInFlightBytes: 256KiB # unread answers before a client is left alone
                incompleteFrameTimeout: 5s
                slowReaderTimeout: 10s
                defaultDeadline: 1s
                diagnostics: full            # or `none`: stop when the decision is certain;
                                             # answers name one determining policy at most

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
            within a tenth of a second when they change (other users' files: a third). Peers
            that are no gateways may not send evidence, and nobody but those listed may name
            a principal.

            A service manager may open the socket, and those of `http`, and pass them
            (LISTEN_FDS, as systemd does): they stay open while the service is restarted,
            and clients wait instead of being refused. Their paths must be those of the
            configuration; their modes and directories are the manager's.

            With `tls`, a peer whose certificate is not believed gets no connection, and
            loses it when a bundle, a revocation list or the deny-list changes. A question
            that names nobody and brings nothing is decided for the peer itself.

            Addresses of `http` answer nobody unless `callers` says who may ask: a client
            certificate that `identity` verifies, a key or secret of which the digest stands
            here, made by
              openssl rand -hex 32 | tee key | tr -d '\\n' | sha256sum
            or an access token. TCP without TLS is refused, but for `operations` on a
            loopback address. Certificates are read again when their files change, and
            connections stay. Health is told to anybody: /health/live and /health/ready,
            which is 503 while there is no policy or the store cannot be read.

            The log goes to standard error: text on a terminal, JSON elsewhere, one object a
            line, also of what has several lines; --log json or text sets it.

            Exit codes: 0 stopped, 1 could not start.

            Example:
              writ serve --config writ.yaml
            """)

    @Option(name: [.short, .long], help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String

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
        do throws(LocalSocketError) {
            var sockets = try InheritedSockets()
            configuration.socket.inherited = sockets.take(configuration.socket.path)
            for index in configuration.http.indices {
                guard case .unix(let path) = configuration.http[index].address else { continue }
                configuration.http[index].inherited = sockets.take(path)
            }
            configuration.spoe?.inherit(&sockets)
            // A socket that is left would take connections which nobody answers.
            if let path = sockets.paths.first {
                throw .invalidConfiguration(
                    "the service manager passed a socket at `\(path)`, which no listener of the "
                        + "configuration has")
            }
        } catch {
            throw Failure(error.description)
        }
    }
}

/// How a service writes its log.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case json
    /// For people; requests are JSON here as well.
    case text
}

extension Logger {
    /// Logs to standard error, as service managers expect.
    static func service(_ format: LogFormat) -> Logger {
        switch format {
        case .json: Logger(label: "writ") { _ in JSONLogHandler() }
        case .text: Logger(label: "writ") { StreamLogHandler.standardError(label: $0) }
        }
    }
}
