import DecisionPoint
import Identity

/// Judges the certificates of one loop's peers.
struct PeerJudge: ~Copyable {
    private let settings: IdentitySettings
    private let rights: TLSPeerRights
    private var chains: ChainVerifier
    private var chain = EncodedChain()

    init(_ settings: IdentitySettings, _ rights: TLSPeerRights) {
        self.settings = settings
        self.rights = rights
        chains = ChainVerifier(settings.trust, cacheCapacity: 256)
    }

    /// Judges a chain as it came in a handshake.
    ///
    /// - Parameter certificates: DER certificates, leaf first.
    /// - Throws: why the peer is not believed.
    mutating func judge(_ certificates: [[UInt8]]) throws(PeerRejection) -> VerifiedPeer {
        let generation = settings.trust.generation
        chain.removeAll()
        var bytes: [UInt8] = []
        do throws(CertificateEncodingError) {
            for certificate in certificates {
                try chain.append(certificate.span)
                bytes += certificate
            }
        } catch {
            throw PeerRejection("\(error.rejection.code)")
        }
        return try judge(bytes, generation)
    }

    /// Judges a peer again after a change of what verdicts are founded on, or in time.
    ///
    /// - Returns: the peer as it is believed now.
    mutating func judgeAgain(_ peer: VerifiedPeer) throws(PeerRejection) -> VerifiedPeer {
        let generation = settings.trust.generation
        do throws(CertificateEncodingError) {
            try chain.parse(concatenatedDER: peer.chain.span)
        } catch {
            throw PeerRejection("\(error.rejection.code)")
        }
        return try judge(peer.chain, generation)
    }

    /// Whether the verdict on a peer still holds, found without judging it again.
    func holds(_ peer: VerifiedPeer) -> Bool {
        let now = settings.clock.now() / 1000
        return peer.generation == settings.trust.generation
            && peer.certificate.certificate.validFromSeconds <= now
            && now < peer.certificate.certificate.validUntilSeconds
    }

    /// Judges what stands in ``chain``.
    ///
    /// - Parameter generation: read before, so that a change meanwhile is seen.
    private mutating func judge(
        _ bytes: [UInt8], _ generation: UInt64
    ) throws(PeerRejection) -> VerifiedPeer {
        switch chains.verify(chain, at: settings.clock.now() / 1000) {
        case .rejected(let rejection): throw PeerRejection("\(rejection.code)")
        case .verified(let verified):
            guard let judged = try? JudgedCertificate(verified, settings) else {
                throw PeerRejection("\(RejectionReason.chainTooLarge.code)")
            }
            return VerifiedPeer(
                chain: bytes, certificate: judged, generation: generation,
                facts: rights.facts(about: judged))
        }
    }
}

/// A peer whose certificate is verified.
struct VerifiedPeer {
    /// DER certificates one after the other, leaf first.
    let chain: [UInt8]
    let certificate: JudgedCertificate
    /// The state of trust that the verdict is founded on.
    let generation: UInt64
    /// Nil when the peer is who it says, and not among those who may ask.
    let facts: TLSPeerFacts?

    /// The SPIFFE id, or the subject where there is none.
    var name: String {
        let facts = certificate.certificate.facts
        return facts.spiffeID?.description ?? facts.subject
    }
}

/// Why a peer is not believed: a stable code.
struct PeerRejection: Error {
    let code: String

    init(_ code: String) { self.code = code }
}
