package import JSON

extension TrustBundle {
    /// Reads a SPIFFE bundle: a JWK set with the authorities of one trust domain.
    ///
    /// Keys with another `use` than `x509-svid` are passed over, as are unknown members. Of `x5c` the
    /// first certificate counts. A bundle without any such key is valid and trusts nobody.
    /// Sources: SPIFFE Trust Domain and Bundle, section 4; RFC 7517, sections 4.7 and 5.
    ///
    /// - Parameter limits: of the text; its certificates are bounded by its size.
    /// - Throws: `malformedBundle` with the offset in the text, `malformedCertificate` with the
    ///   number of the key.
    package init(
        parsingSPIFFE text: [UInt8],
        limits: JSONLimits = JSONLimits(maximumBytes: 4 << 20, maximumDepth: 16)
    ) throws(TrustError) {
        let tape: JSONTape
        do throws(JSONError) {
            tape = try JSONTape(parsing: text, limits: limits)
        } catch {
            throw TrustError(.malformedBundle, error.offset)
        }
        guard let keys = tape.member(tape.root, "keys"), tape.kind(keys) == .array else {
            throw TrustError(.malformedBundle, tape.offset(tape.root))
        }
        self.init()
        if let node = tape.member(tape.root, "spiffe_sequence") {
            // 64 bits without a sign: beyond what the reader takes for an integer.
            guard let digits = tape.numberText(node), let number = UInt64(digits) else {
                throw TrustError(.malformedBundle, tape.offset(node))
            }
            sequence = number
        }
        if let node = tape.member(tape.root, "spiffe_refresh_hint") {
            guard let seconds = tape.integer(node), seconds >= 0 else {
                throw TrustError(.malformedBundle, tape.offset(node))
            }
            refreshHintSeconds = seconds
        }
        for (index, key) in tape.elements(keys).enumerated() {
            guard tape.kind(key) == .object else {
                throw TrustError(.malformedBundle, tape.offset(key))
            }
            guard let use = tape.member(key, "use"), tape.stringEquals(use, "x509-svid") else {
                continue
            }
            authorities.append(try Self.authority(tape, key, index))
        }
    }

    /// The first certificate of a key's `x5c`.
    private static func authority(
        _ tape: JSONTape, _ key: JSONNode, _ index: Int
    ) throws(TrustError) -> [UInt8] {
        guard let list = tape.member(key, "x5c"), tape.kind(list) == .array,
            let first = tape.elements(list).first(where: { _ in true }),
            let encoded = tape.bytes(first)
        else { throw TrustError(.malformedBundle, tape.offset(key)) }
        var chain = EncodedChain(limits: IdentityLimits(maximumCertificates: 1))
        do {
            try chain.parse(base64DER: encoded.span)
        } catch {
            throw TrustError(.malformedCertificate, index)
        }
        return chain.certificate(0)
    }
}
