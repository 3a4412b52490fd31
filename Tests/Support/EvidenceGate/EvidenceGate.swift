import CAllocationCount
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc
import Identity
import MintedIdentities

/// Measures decisions with a proven identity beside those with a named one:
/// `evidence-gate DIRECTORY`, which `Tests/IdentityTests/Minting/mint.sh` filled.
///
/// Ends with a trap when a decision with a known identity allocates or is wrong.
@main
struct EvidenceGate {
    static func main() throws {
        guard let directory = CommandLine.arguments.dropFirst().first else {
            print("usage: evidence-gate DIRECTORY")
            exit(2)
        }
        let store = try EntityStore.open(
            at: "\(directory)/store-\(getpid())", StoreOptions(createIfMissing: true))
        let workload = EntityUID(
            type: "Workload", id: "spiffe://prod.example.org/ns/payments/sa/api")
        let photo = EntityUID(type: "Photo", id: "beach")
        try store.put([Entity(uid: workload), Entity(uid: photo)])
        let ruleset = try Ruleset(
            try PolicySet.parse(
                """
                permit (principal is Workload, action == Action::"view", resource)
                when { context.amount < 100 };
                """), version: 1)
        let minted = MintedIdentities(directory)
        var gate = Gate(
            decider: try Decider(
                publisher: RulesetPublisher(ruleset), store: store, errors: .strict,
                cacheBytes: 1 << 20, identity: try minted.settings()),
            question: try Encoded(workload, photo, isNamed: false),
            named: try Encoded(workload, photo, isNamed: true))
        let der = encoded(try minted.chain("good", "issuer"))
        let header = try forwarded(minted)
        for isRestricting in [false, true] {
            if isRestricting { try restrictOthers(store) }
            let words = isRestricting ? ", others restricted" : ""
            let base = gate.measure("named principal, no identity\(words)", evidence: nil)
            for (name, form, bytes) in [
                ("certificates in DER", Evidence.CertificateForm.der, der),
                ("x-forwarded-client-cert", .forwardedClientCert, header),
            ] {
                let cost = gate.measure(
                    "\(name), \(bytes.count) bytes\(words)", evidence: (form, bytes))
                print("  \(cost - base) ns more than without an identity")
            }
        }
    }

    /// Restricts what nobody here has, so that every decision has to look.
    private static func restrictOthers(_ store: EntityStore) throws {
        try store.restrict(
            [
                RestrictionSubject.spiffeID("spiffe://prod.example.org/other"),
                .thumbprint(Text(String(repeating: "ab", count: 32))),
                .tokenID("other", issuer: nil),
                .entity(EntityUID(type: "Device", id: "other")),
                .entity(EntityUID(type: "Tenant", id: "other")),
            ].map {
                Restriction(
                    $0, .revoked, reason: "test", since: DateTime(milliseconds: 0),
                    takesReferences: $0.isEntity)
            })
    }

    private static func encoded(_ chain: EncodedChain) -> [UInt8] {
        (0..<chain.count).flatMap { chain.certificate($0) }
    }

    private static func forwarded(_ minted: MintedIdentities) throws -> [UInt8] {
        let verifier = ChainVerifier(TrustState(), cacheCapacity: 1)
        guard let hash = verifier.fingerprint(try minted.chain("good")) else {
            fatalError("there is no digest")
        }
        let escaped = (minted.read("good.pem") + minted.read("issuer.pem"))
            .map { byte in
                switch byte {
                case UInt8(ascii: "\n"): "%0A"
                case UInt8(ascii: "+"): "%2B"
                case UInt8(ascii: " "): "%20"
                case UInt8(ascii: "="): "%3D"
                case UInt8(ascii: "/"): "%2F"
                default: String(decoding: [byte], as: UTF8.self)
                }
            }.joined()
        return Array("Hash=\(hash);Chain=\"\(escaped)\"".utf8)
    }
}

/// The bytes of a question.
struct Encoded {
    let principal: [UInt8]
    let action: [UInt8]
    let resource: [UInt8]
    let context: [UInt8]

    init(_ principal: EntityUID, _ resource: EntityUID, isNamed: Bool) throws {
        var encoder = FlatEncoder()
        self.principal = isNamed ? try encoder.encode(principal) : []
        action = try encoder.encode(EntityUID(type: "Action", id: "view"))
        self.resource = try encoder.encode(resource)
        context = try encoder.encode(record: [
            ("amount", .long(5)), ("currency", .string("EUR")), ("channel", .string("app")),
        ])
    }

    func with(_ body: (Question) -> Void) {
        unsafe principal.withUnsafeBytes { principal in
            unsafe action.withUnsafeBytes { action in
                unsafe resource.withUnsafeBytes { resource in
                    unsafe context.withUnsafeBytes { context in
                        body(
                            unsafe Question(
                                principal: principal, action: action, resource: resource,
                                context: context))
                    }
                }
            }
        }
    }
}

/// Decides many times.
struct Gate: ~Copyable {
    var decider: Decider
    let question: Encoded
    let named: Encoded
    let listener = ListenerFacts(
        listener: "local", peer: .local(userID: 1, groupID: 1), mayNamePrincipal: true,
        mayAttachEvidence: true)

    init(decider: consuming Decider, question: Encoded, named: Encoded) {
        self.decider = decider
        self.question = question
        self.named = named
    }

    /// Decides many times; ends the process when a decision allocates or is wrong.
    ///
    /// - Returns: nanoseconds a decision, of the best round.
    mutating func measure(
        _ name: String, evidence: (form: Evidence.CertificateForm, bytes: [UInt8])?
    ) -> Int64 {
        // Short rounds, so that some are undisturbed.
        let rounds = 10_000
        var best = Int64.max
        var allocations: UInt64 = 0
        var wrong = 0
        (evidence == nil ? named : question).with { question in
            unsafe (evidence?.bytes ?? []).withUnsafeBytes { bytes in
                var sent = Evidence()
                if let evidence {
                    sent.certificateForm = evidence.form
                    sent.certificate = unsafe UntrustedBytes(bytes)
                }
                for round in 0..<100 {
                    let before = allocation_count()
                    let start = DecisionGateClock.nanoseconds()
                    for _ in 0..<rounds {
                        decider.begin()
                        let outcome =
                            evidence == nil
                            ? decider.decide(question, minimumRevision: 0)
                            : decider.decide(
                                question, evidence: sent, listener: listener,
                                minimumRevision: 0)
                        if outcome != .allowed { wrong += 1 }
                        decider.end()
                    }
                    best = min(best, DecisionGateClock.nanoseconds() - start)
                    // The first round warms up.
                    if round > 0 { allocations += allocation_count() - before }
                }
            }
        }
        print("\(name): \(best / Int64(rounds)) ns, \(allocations) allocations, \(wrong) wrong")
        if allocations != 0 || wrong != 0 {
            fatalError("a decision with a known identity allocates or is wrong")
        }
        return best / Int64(rounds)
    }
}

/// The thread's own time, so that what else the machine does counts less.
enum DecisionGateClock {
    static func nanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension RestrictionSubject {
    fileprivate var isEntity: Bool { if case .entity = self { true } else { false } }
}
