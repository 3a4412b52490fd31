package import JSON

extension TokenKeySet {
    /// What the keys of a set are for.
    package enum Purpose: Sendable {
        /// A JWK set: `use` is absent or `sig`.
        case issuer
        /// A SPIFFE bundle: `use` is `jwt-svid`, other keys are passed over.
        case trustDomain
    }

    /// Reads a JWK set or a SPIFFE bundle.
    ///
    /// A key without `kid` is passed over, as no token can name it; so are unknown members. A set
    /// without any usable key is valid, and nobody is believed by it.
    /// Sources: RFC 7517, sections 4 and 5; RFC 7518, section 6; RFC 8037, section 2; SPIFFE Trust
    /// Domain and Bundle, section 4.
    ///
    /// - Throws: `malformedKeySet` with the offset in the text; `malformedKey`, `secretKey` and
    ///   `repeatedKeyID` with the number of the key.
    package init(
        parsing text: [UInt8], for purpose: Purpose,
        limits: JSONLimits = JSONLimits(maximumBytes: 4 << 20, maximumDepth: 16)
    ) throws(TrustError) {
        let tape: JSONTape
        do throws(JSONError) {
            tape = try JSONTape(parsing: text, limits: limits)
        } catch {
            throw TrustError(.malformedKeySet, error.offset)
        }
        guard let list = tape.member(tape.root, "keys"), tape.kind(list) == .array,
            tape.count(list) <= Self.maximumKeys
        else { throw TrustError(.malformedKeySet, tape.offset(tape.root)) }
        self.init()
        if purpose == .trustDomain, let node = tape.member(tape.root, "spiffe_sequence") {
            // 64 bits without a sign: beyond what the reader takes for an integer.
            guard let digits = tape.numberText(node), let number = UInt64(digits) else {
                throw TrustError(.malformedKeySet, tape.offset(node))
            }
            sequence = number
        }
        for (index, node) in tape.elements(list).enumerated() {
            guard tape.kind(node) == .object else {
                throw TrustError(.malformedKeySet, tape.offset(node))
            }
            let reader = JSONWebKey(tape: tape, node: node)
            guard let key = try reader.key(for: purpose, index) else { continue }
            guard add(key) else { throw TrustError(.repeatedKeyID, index) }
        }
    }
}

/// One JWK of a set.
private struct JSONWebKey {
    let tape: JSONTape
    let node: JSONNode

    private static let maximumIDBytes = 256

    /// The key; nil when it is to be passed over.
    ///
    /// - Throws: `malformedKey`, `secretKey` with the key's number.
    func key(
        for purpose: TokenKeySet.Purpose, _ index: Int
    ) throws(TrustError) -> TokenKeySet.Key? {
        if purpose == .trustDomain, !isText("use", "jwt-svid") { return nil }
        guard let id = tape.member(node, "kid") else { return nil }
        guard let id = tape.bytes(id), 1...Self.maximumIDBytes ~= id.count else {
            throw TrustError(.malformedKey, index)
        }
        guard let type = tape.member(node, "kty"), tape.kind(type) == .string else {
            throw TrustError(.malformedKey, index)
        }
        // A shared secret has no place here, nor has the secret half of a pair: it got into a file
        // that many may read, and must be replaced.
        if tape.stringEquals(type, "oct") || tape.member(node, "d") != nil {
            throw TrustError(.secretKey, index)
        }
        var algorithm: SignatureAlgorithm?
        var isForSignatures = purpose == .trustDomain || isText("use", "sig", orAbsent: true)
        if let stated = tape.member(node, "alg") {
            guard let name = tape.string(stated) else { throw TrustError(.malformedKey, index) }
            algorithm = SignatureAlgorithm(name)
            if algorithm == nil { isForSignatures = false }
        }
        if let operations = tape.member(node, "key_ops") {
            guard tape.kind(operations) == .array else { throw TrustError(.malformedKey, index) }
            let verifies = tape.elements(operations).contains { tape.stringEquals($0, "verify") }
            if !verifies { isForSignatures = false }
        }
        let standing = isForSignatures ? try standing(of: type, index) : .unusable
        return TokenKeySet.Key(id: id, standing: standing, algorithm: algorithm)
    }

    private func standing(
        of type: JSONNode, _ index: Int
    ) throws(TrustError) -> TokenKeySet.Standing {
        let made: PublicKey.Making
        if tape.stringEquals(type, "RSA") {
            made = PublicKey.rsa(
                modulus: try number("n", index), exponent: try number("e", index))
        } else if tape.stringEquals(type, "EC") {
            guard let kind = PublicKey.Kind.allCases.first(where: { isText("crv", $0.curveName) })
            else { return .unusable }
            guard kind.coordinateBytes > 0 else { throw TrustError(.malformedKey, index) }
            made = PublicKey.ec(kind, x: try number("x", index), y: try number("y", index))
        } else if tape.stringEquals(type, "OKP") {
            guard isText("crv", PublicKey.Kind.ed25519.curveName) else { return .unusable }
            made = PublicKey.ed25519(try number("x", index))
        } else {
            return .unusable
        }
        switch made {
        case .key(let key): return .usable(key)
        case .weak: return .weak
        case .unusable: return .unusable
        case .malformed: throw TrustError(.malformedKey, index)
        case .noMemory: throw TrustError(.noMemory)
        }
    }

    /// The bytes of a member in base64url.
    private func number(_ name: StaticString, _ index: Int) throws(TrustError) -> [UInt8] {
        guard let member = tape.member(node, name), let text = tape.bytes(member),
            let bytes = Base64URL.decode(text.span), !bytes.isEmpty
        else { throw TrustError(.malformedKey, index) }
        return bytes
    }

    private func isText(
        _ name: StaticString, _ text: StaticString, orAbsent: Bool = false
    ) -> Bool {
        guard let member = tape.member(node, name) else { return orAbsent }
        return tape.stringEquals(member, text)
    }
}
