import Identity

/// Kept over the run, as a worker keeps them.
nonisolated(unsafe) private var chain = EncodedChain()

/// Reads any bytes as the fields of RFC 9440, a zero byte between the two, and as base64 of DER.
///
/// Traps when an error points outside of the fields, or when a refusal leaves certificates.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzClientCert(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    let leaf = Array(parts[0])
    let issuers = parts.count > 1 ? Array(parts[1]) : []
    do throws(CertificateEncodingError) {
        try unsafe chain.parse(clientCert: leaf.span, clientCertChain: issuers.span)
        unsafe judge(chain)
    } catch {
        precondition(0...max(leaf.count, issuers.count) ~= error.offset, "an error beyond")
        unsafe precondition(chain.count == 0 && chain.sizeBytes == 0, "a refusal left certificates")
    }
    do throws(CertificateEncodingError) {
        try unsafe chain.parse(base64DER: bytes.span)
        unsafe judge(chain)
    } catch {
        precondition(0...bytes.count ~= error.offset, "an error beyond the text")
    }
    return 0
}

/// Nobody is trusted, so no chain is verified; the leaf is read all the same.
private func judge(_ chain: EncodedChain) {
    var verifier = ChainVerifier(TrustState(), cacheCapacity: 4)
    if case .verified = verifier.verify(chain, at: 1_800_000_000) {
        fatalError("a chain is verified without any authority")
    }
}
