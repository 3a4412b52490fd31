import BenchSupport
import CedarSyntax
import EntityStore
import Glibc
import Identity
import Wire

/// A service that believes certificates, with a device that is bound to one.
struct RevokeWorld {
    private let folder: String
    let store: EntityStore
    let frames: LoadFrames
    /// SHA-256 of the client's certificate.
    let thumbprint: Text
    static let device = EntityUID("Device", "laptop-7")
    static let principal = EntityUID("Workload", "spiffe://prod.example.org/ns/payments/sa/api")

    /// - Parameter certificates: what `Tests/IdentityTests/Minting/mint.sh` made.
    init(folder: String, certificates: String, threads: Int) throws {
        self.folder = folder
        var leaf = EncodedChain()
        let pem = try TextFile.bytes("\(certificates)/good.pem")
        try leaf.parse(pem: pem.span)
        guard let hash = ChainVerifier(TrustState(), cacheCapacity: 1).fingerprint(leaf) else {
            throw BenchError("there is no digest")
        }
        thumbprint = Text("\(hash)")
        var chain = EncodedChain()
        let whole = pem + (try TextFile.bytes("\(certificates)/issuer.pem"))
        try chain.parse(pem: whole.span)
        let der = (0..<chain.count).flatMap { chain.certificate($0) }

        store = try EntityStore.open(
            at: "\(folder)/store", StoreOptions(createIfMissing: true))
        try store.put(
            [
                Entity(uid: .action("read")), Entity(uid: Self.principal),
                Entity(
                    uid: Self.device,
                    attributes: [
                        ("compliant", .bool(true)),
                        (
                            "boundTo",
                            .record([("certificateThumbprints", .set([.string(thumbprint)]))])
                        ),
                    ]),
            ] + (0..<1000).map { Entity(uid: EntityUID("Doc", "\($0)")) })
        let items = (0..<1000).map {
            QuestionBlock.Item(
                principal: Self.principal, action: .action("read"),
                resource: EntityUID("Doc", "\($0)"))
        }
        frames = try LoadFrames(
            items, expected: items.map { _ in true }, evidence: [(.certificateChain, der)])
        try Self.makeFolder("\(folder)/trust")
        try TextFile.write(TextFile.bytes("\(certificates)/root.pem"), to: "\(folder)/root.pem")
        try setBundle(isEmpty: false)
        try TextFile.write(
            Array(
                """
                permit (principal is Workload, action == Action::"read", resource)
                when { context.verified.device.compliant && context.verified.tls has spiffeId };
                """.utf8), to: "\(folder)/policies.cedar")
        try TextFile.write(Array(Self.configuration(threads).utf8), to: "\(folder)/writ.yaml")
    }

    private static func configuration(_ threads: Int) -> String {
        """
        policies: policies.cedar
        store: store
        reload: signal
        identity:
          trust:
            domains:
              prod.example.org: {bundle: trust}
          device: {thumbprint: true}
          principals:
            - {spiffe: 'spiffe://prod.example.org/ns/*/sa/*', type: Workload, id: spiffeId}
        socket:
          path: run/writ.sock
          threads: \(threads)
          gateways: {users: [\(getuid())]}
          mayNamePrincipal: {users: [\(getuid())]}

        """
    }

    private static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o755) == 0 else {
            throw BenchError("cannot make `\(path)`: \(systemWords(errno))")
        }
    }

    /// Replaces the file with the only authority by an empty one, or the other way round.
    func setBundle(isEmpty: Bool) throws {
        let next = "\(folder)/next.pem"
        try TextFile.write(isEmpty ? [] : TextFile.bytes("\(folder)/root.pem"), to: next)
        guard unsafe rename(next, "\(folder)/trust/root.pem") == 0 else {
            throw BenchError("cannot replace the bundle: \(systemWords(errno))")
        }
    }

    func start(writ: String, core: Int?) throws -> ServerProcess {
        try ServerProcess(
            [writ, "serve", "--config", "\(folder)/writ.yaml"],
            socket: "\(folder)/run/writ.sock", core: core, log: "\(folder)/writ.log")
    }
}
