import AuthZEN
import CedarSyntax
import DecisionPoint
import HTTPService
import Identity
import Logging
import NIOSSL

/// A service of a scenario on a local socket and over TLS.
final class RunningService: Sendable {
    let workplace: Workplace
    let service: HTTPService

    static let key = "correct horse battery staple"

    static var log: Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }

    /// Trusts the authority of the fixtures for the domain of their clients.
    static func trust() throws -> TrustState {
        let authority = try NIOSSLCertificate.fromPEMFile(fixture("authority.pem"))
        let bundle = TrustBundle(authorities: try authority.map { try $0.toDERBytes() })
        var contents = TrustContents()
        contents.domains[TrustDomain("example.org")!] = try TrustedDomain(bundle)
        contents.organizations = try TrustedDomain(bundle)
        return TrustState(contents)
    }

    /// - Parameters:
    ///   - callers: patterns of the SPIFFE ids that may ask.
    ///   - change: changes both listeners before they start.
    init(
        _ workplace: Workplace, trust: TrustState? = nil,
        callers: [String] = ["spiffe://example.org/gateway"], requests: RequestLog = RequestLog(),
        principals: PrincipalRules = PrincipalRules([]), devices: DeviceRules = DeviceRules(),
        clock: DecisionClock = DecisionClock(),
        _ change: (inout HTTPListener) -> Void = { _ in }
    ) async throws {
        self.workplace = workplace
        let identity = IdentitySettings(
            trust: try trust ?? Self.trust(), principals: principals, devices: devices,
            clock: clock)
        let key = EnforcementPointAuthentication.APIKey(
            name: "gateway", digest: Digest.sha256(Array(Self.key.utf8)))!
        var local = HTTPListener(
            name: "local", address: .unix(path: workplace.directory.path + "/http"),
            authentication: .open)
        var network = HTTPListener(
            name: "network", address: .tcp(host: "127.0.0.1", port: 0),
            tls: HTTPTransportSecurity(
                certificatePath: fixture("server.pem"), keyPath: fixture("server.key"),
                clients: HTTPTransportSecurity.Clients(identity: identity, isOptional: true)),
            authentication: EnforcementPointAuthentication(
                keys: [key],
                clients: [
                    EnforcementPointAuthentication.APIKey(
                        name: "shop one", digest: Digest.sha256(Array("s3cret:+".utf8)))!
                ],
                certificates: CallerCertificates(
                    spiffeIDs: callers.compactMap { SpiffePattern($0) })))
        let signer = try JSONSigner(pem: readFile(fixture("signing-p256.pem"))!, keyID: "one")
        for listener in [0, 1] {
            var own = listener == 0 ? local : network
            own.metadata = MetadataDocument(decisionPoint: "https://pdp.example.org")
            own.metadata?.signer = signer
            change(&own)
            if listener == 0 { local = own } else { network = own }
        }
        service = try await HTTPService.start(
            [local, network],
            HTTPService.Decisions(
                publisher: workplace.publisher, store: workplace.store, identity: identity),
            requests: requests, log: Self.log)
    }

    var local: RawClient { RawClient(target: .unix(workplace.directory.path + "/http")) }

    func network(certificate: String? = "client") -> RawClient {
        RawClient(
            target: .tls(port: service.ports["network"] ?? 0, certificate: certificate))
    }

    func stop() async { await service.stop(drainFor: .seconds(5)) }
}
