import Identity

/// Kept over the run, as a worker keeps them.
nonisolated(unsafe) private var chain = EncodedChain()

/// Reads any bytes as `x-forwarded-client-cert`.
///
/// The seeds have the right hash of their certificate. Traps when an error points
/// outside of the header, or when a refusal leaves certificates.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzForwardedClientCert(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let header = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do throws(CertificateEncodingError) {
        try unsafe chain.parse(forwardedClientCert: header.span)
        unsafe judge(chain)
    } catch {
        precondition(0...header.count ~= error.offset, "an error beyond the header")
        precondition(error.rejection.reason != .internalError)
        unsafe precondition(chain.count == 0 && chain.sizeBytes == 0, "a refusal left certificates")
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
