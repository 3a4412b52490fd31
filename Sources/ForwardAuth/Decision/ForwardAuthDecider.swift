import CedarEngine
package import DecisionPoint
package import Gateway
package import Routes

/// Answers the authorization calls of a listener: its gateway's header fields say what is asked and who
/// asks. One for each thread.
///
/// Whatever is not an allow of the policies is a denial.
package struct ForwardAuthDecider: ~Copyable {
    package let settings: ForwardAuthSettings
    private var decider: GatewayDecider
    private var writer: AnswerWriter
    private var facts: ListenerFacts
    private var peer = AuthenticatedPeer.anonymous
    /// What the last call came to.
    package private(set) var verdict = Gateway.Verdict.refused(.malformed)

    /// - Parameter decider: has the settings that gateways of all kinds have.
    package init(_ settings: ForwardAuthSettings, _ decider: consuming GatewayDecider) {
        self.settings = settings
        facts = GatewayDecider.facts(decider.settings, peer: .anonymous)
        writer = AnswerWriter(tellsCause: settings.tellsCause)
        self.decider = decider
    }

    /// Answers a call.
    ///
    /// The caller must know that the peer is the gateway. The method, the target and the query of the
    /// call itself are of no account.
    ///
    /// - Parameters:
    ///   - call: all header fields of the call.
    ///   - peer: the gateway, as the listener has authenticated it.
    ///   - now: the machine's time, in milliseconds since 1970.
    package mutating func answer(
        _ call: HeaderList, from peer: AuthenticatedPeer, at now: Int64,
        into reply: inout ForwardAuthReply
    ) {
        if !peer.isSame(as: self.peer) {
            self.peer = peer
            facts = GatewayDecider.facts(decider.settings, peer: peer)
        }
        decider.begin()
        defer { decider.end() }
        write(decide(call, now), &reply)
    }

    /// Answers a call whose header fields cannot even be gathered.
    package mutating func refuse(_ refusal: RequestRefusal, into reply: inout ForwardAuthReply) {
        decider.begin()
        defer { decider.end() }
        write(decider.refuse(refusal), &reply)
    }

    private mutating func write(_ verdict: Gateway.Verdict, _ reply: inout ForwardAuthReply) {
        reply.reset()
        self.verdict = verdict
        switch verdict {
        case .allowed: writer.allow(&decider, &reply)
        case .denied(let code): writer.deny(code, &decider, &reply)
        case .refused(let denial): writer.refuse(denial, &decider, &reply)
        }
    }

    /// What logs keep of the last answer; allocates.
    package mutating func record() -> GatewayRecord { decider.record() }

    // MARK: Deciding

    private mutating func decide(_ call: HeaderList, _ now: Int64) -> Gateway.Verdict {
        let forwarded: ForwardedRequest
        do throws(ForwardAuthRefusal) {
            try settings.checkAge(call, at: now)
            forwarded = try settings.reader.read(call)
            try refuseForgedFields(call)
        } catch {
            return decider.refuse(
                error == .requestTooOld ? Denial(.deadline) : .malformed, code: error.code)
        }
        do throws(RequestRefusal) {
            try read(forwarded, call)
        } catch {
            return decider.refuse(error)
        }
        var token: ByteRange?
        if decider.settings.judgesTokens {
            switch call.find("authorization") {
            case .absent: break
            case .several:
                return decider.refuse(
                    Denial(.identityRejected), code: "authorization-duplicated")
            case .one(let range):
                // Gateways keep the fields of their clients apart.
                switch call.withValue(range, { AuthorizationField($0, isJoined: false) }) {
                case .other: break
                case .bearer(let start): token = ByteRange(range.start + start, range.end)
                case .several:
                    return decider.refuse(
                        Denial(.identityRejected), code: "authorization-duplicated")
                }
            }
        }
        return decide(forwarded, call, token: token)
    }

    /// Refuses what reads like a field that only the decision point sets, as `X_Principal` does: of the
    /// gateway's own copies none takes its place, so it could get to the service.
    private func refuseForgedFields(_ call: HeaderList) throws(ForwardAuthRefusal) {
        try call.forEachField { (name, _) throws(ForwardAuthRefusal) in
            if decider.protectedNames.isForged(name) { throw .forgedField }
        }
    }

    /// Reads method, host, target and the header fields that routes name.
    private mutating func read(
        _ forwarded: ForwardedRequest, _ call: HeaderList
    ) throws(RequestRefusal) {
        decider.request.removeAll()
        try call.withValue(forwarded.method) { (method) throws(RequestRefusal) in
            try call.withValue(forwarded.host) { (host) throws(RequestRefusal) in
                try call.withValue(forwarded.target) { (target) throws(RequestRefusal) in
                    try decider.request.read(method: method, host: host, target: target)
                }
            }
        }
        guard decider.readsHeaders else { return }
        try call.forEachField { (name, value) throws(RequestRefusal) in
            try decider.takeHeader(name: name, value: value)
        }
    }

    private mutating func decide(
        _ forwarded: ForwardedRequest, _ call: HeaderList, token: ByteRange?
    ) -> Gateway.Verdict {
        let facts = facts
        let form = settings.reader.certificate
        var issuers: ByteRange?
        if form == .clientCert {
            switch call.find("client-cert-chain") {
            case .absent: break
            case .several:
                return decider.refuse(
                    .malformed, code: ForwardAuthRefusal.certificateDuplicated.code)
            case .one(let range): issuers = range
            }
        }
        return unsafe call.bytes.withUnsafeBytes { bytes in
            func part(_ range: ByteRange?) -> UntrustedBytes {
                guard let range, range.count > 0 else { return .none }
                return unsafe UntrustedBytes(
                    UnsafeRawBufferPointer(rebasing: bytes[range.start..<range.end]))
            }
            var evidence = Evidence()
            if let form { evidence.certificateForm = form.evidenceForm }
            evidence.certificate = part(forwarded.certificate)
            evidence.issuers = part(issuers)
            evidence.sourceIP = part(forwarded.sourceIP)
            evidence.token = part(token)
            return decider.decide(evidence, listener: facts)
        }
    }
}

extension CertificateField {
    /// How the judge of identities calls the form.
    fileprivate var evidenceForm: Evidence.CertificateForm {
        switch self {
        case .escapedPEM: .escapedPEM
        case .base64DER, .traefikBase64: .base64DER
        case .forwardedClientCert: .forwardedClientCert
        case .clientCert: .clientCert
        }
    }
}
