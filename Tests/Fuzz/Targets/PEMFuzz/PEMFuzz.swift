import Identity

/// Kept over the run, as a worker keeps them.
nonisolated(unsafe) private var chain = EncodedChain()

/// Reads any bytes as PEM, plain and URL-encoded, and as DER of a certificate and of a bundle.
///
/// Traps when an error points outside of the text, when a refusal leaves certificates, or when plain
/// and URL-encoded reading of a text without `%` differ.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPEM(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let plain = attempt(text) { (chain) throws(CertificateEncodingError) in
        try chain.parse(pem: text.span)
    }
    let unescaped = attempt(text) { (chain) throws(CertificateEncodingError) in
        try chain.parse(escapedPEM: text.span)
    }
    if !text.contains(UInt8(ascii: "%")) { precondition(plain == unescaped, "the readings differ") }
    _ = attempt(text) { (chain) throws(CertificateEncodingError) in
        chain.removeAll()
        try chain.append(text.span)
    }
    let bundle = TrustBundle(authorities: [text], revocationLists: [text])
    _ = try? TrustStore(bundle, options: TrustOptions())
    _ = try? TrustStore(TrustBundle(revocationLists: [text]), options: TrustOptions())
    return 0
}

private func attempt(
    _ text: [UInt8], _ read: (inout EncodedChain) throws(CertificateEncodingError) -> Void
) -> [[UInt8]]? {
    do throws(CertificateEncodingError) {
        try unsafe read(&chain)
    } catch {
        precondition(0...text.count ~= error.offset, "an error beyond the text")
        unsafe precondition(chain.count == 0 && chain.sizeBytes == 0, "a refusal left certificates")
        return nil
    }
    var verifier = ChainVerifier(TrustState(), cacheCapacity: 4)
    if case .verified = unsafe verifier.verify(chain, at: 1_800_000_000) {
        fatalError("a chain is verified without any authority")
    }
    return unsafe (0..<chain.count).map { unsafe chain.certificate($0) }
}
