import CedarSyntax
import Foundation
import Identity
import JSON
import WritClient

/// The certificates and tokens of a scenario, found by the facts that its tests say they prove.
struct ScenarioIdentities {
    private struct TokenFacts: Hashable {
        let issuer: Text
        let subject: Text
        let methods: Set<Text>
        /// Milliseconds since 1970; nil when the token does not say.
        let signedIn: Int64?
        /// The thumbprint of the certificate it is bound to.
        let certificate: Text?
    }

    private var certificates: [Text: [[UInt8]]] = [:]
    private var tokens: [TokenFacts: String] = [:]

    /// Reads the folder `identities` of a scenario.
    init(_ scenario: ScenarioFolder) throws(Failure) {
        let folder = scenario.path + "/identities"
        let file = try InputFile(folder + "/identities.json")
        let tape = try file.json().tape
        var thumbprints: [String: Text] = [:]
        for entry in Self.list("certificates", tape.root, tape) {
            guard let name = Self.text("name", entry, tape) else { continue }
            let chain = try EvidenceOptions.certificates(
                InputFile(folder + "/certificates/\(name).pem"))
            guard let leaf = chain.first, let digest = Fingerprint.sha256(leaf.span) else {
                throw Failure("`\(name).pem` holds no certificate")
            }
            let thumbprint = Text(digest.description)
            thumbprints[name] = thumbprint
            certificates[thumbprint] = chain
        }
        for entry in Self.list("tokens", tape.root, tape) {
            guard let name = Self.text("name", entry, tape),
                let claims = tape.member(entry, "claims"),
                let issuer = Self.text("iss", claims, tape),
                let subject = Self.text("sub", claims, tape)
            else { continue }
            let facts = TokenFacts(
                issuer: Text(issuer), subject: Text(subject),
                methods: Set(
                    Self.list("amr", claims, tape).compactMap { node in
                        tape.string(node).map { Text($0) }
                    }),
                signedIn: Self.text("auth_time", claims, tape).flatMap {
                    DateTime(parsing: $0.utf8)?.milliseconds
                },
                certificate: Self.text("certificate", entry, tape).flatMap { thumbprints[$0] })
            tokens[facts] = try EvidenceOptions.text(
                InputFile(folder + "/tokens/\(name).jwt"))
        }
    }

    private static func list(
        _ name: StaticString, _ parent: JSONNode, _ tape: JSONTape
    ) -> [JSONNode] {
        tape.member(parent, name).map { Array(tape.elements($0)) } ?? []
    }

    private static func text(
        _ name: StaticString, _ parent: JSONNode, _ tape: JSONTape
    ) -> String? {
        tape.member(parent, name).flatMap { tape.string($0) }
    }

    /// A test as a gateway asks it: what proves the facts in `verified`, in their place.
    struct Asked {
        let request: TreeRequest
        let evidence: Evidence
        /// The instant of the test, in milliseconds since 1970.
        let instant: Int64
        /// The device that must be found by the certificate.
        let device: EntityUID?
    }

    /// What to ask so that a test's facts are established.
    ///
    /// - Throws: when the scenario has no certificate or token that proves them.
    func asked(_ test: PolicyTest) throws(Failure) -> Asked {
        var request = test.request
        request.context.removeAll { $0.key == "verified" }
        guard let verified = Self.record(test.request.context, "verified"),
            case .datetime(let instant)? = Self.value(verified, "now")
        else { throw Failure("the test “\(test.name)” has no `verified.now`") }
        var evidence = Evidence()
        var thumbprint: Text?
        if let tls = Self.record(verified, "tls"),
            case .string(let text)? = Self.value(tls, "thumbprint")
        {
            guard let chain = certificates[text] else {
                throw Failure("the test “\(test.name)” needs a certificate that is not there")
            }
            thumbprint = text
            evidence.certificate = .chain(chain)
        }
        if let token = Self.record(verified, "token") {
            guard let facts = Self.facts(token, thumbprint), let text = tokens[facts] else {
                throw Failure("the test “\(test.name)” needs a token that is not there")
            }
            evidence.token = text
        }
        if case .ip(let address)? = Self.value(verified, "sourceIp") {
            evidence.sourceIP = address.description
        }
        var device: EntityUID?
        if case .entity(let uid)? = Self.value(verified, "device") { device = uid }
        return Asked(
            request: request, evidence: evidence, instant: instant.milliseconds, device: device)
    }

    private static func facts(
        _ token: [(key: Text, value: Value)], _ thumbprint: Text?
    ) -> TokenFacts? {
        guard case .string(let issuer)? = value(token, "issuer"),
            case .string(let subject)? = value(token, "subject"),
            case .set(let methods)? = value(token, "amr"),
            case .bool(let isBound)? = value(token, "boundToCertificate")
        else { return nil }
        var signedIn: Int64?
        if case .datetime(let instant)? = value(token, "authTime") {
            signedIn = instant.milliseconds
        }
        return TokenFacts(
            issuer: issuer, subject: subject,
            methods: Set(
                methods.compactMap { if case .string(let text) = $0 { text } else { nil } }),
            signedIn: signedIn, certificate: isBound ? thumbprint : nil)
    }

    private static func value(_ record: [(key: Text, value: Value)], _ key: Text) -> Value? {
        record.first { $0.key == key }?.value
    }

    private static func record(
        _ parent: [(key: Text, value: Value)], _ key: Text
    ) -> [(key: Text, value: Value)]? {
        if case .record(let members)? = value(parent, key) { members } else { nil }
    }
}
