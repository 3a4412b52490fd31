import DecisionPoint
package import Gateway
import Routes
import SPOP
package import Server
import Wire

/// Decides the requests that HAProxy asks about.
///
/// Whatever is not an allow of the policies is a denial.
package struct DecisionAgent: ~Copyable, SPOEHandler {
    /// How long after HAProxy began with a request it is still decided, in milliseconds; nil when
    /// questions do not have to say when that was.
    private let deadlineMilliseconds: Int64?
    private let now: @Sendable () -> Int64
    private var decider: GatewayDecider
    private var answer = AgentAnswer()
    private var facts: ListenerFacts
    private var peer = ListenerFacts.Peer.anonymous
    private var address = AddressText()
    /// A certificate and its issuers in one piece.
    private var chain = FrameBuffer()

    /// By how much HAProxy's clock may be ahead, in milliseconds.
    private static let maximumSkewMilliseconds: Int64 = 1000

    /// - Parameters:
    ///   - decider: has the settings of the listener, too.
    ///   - now: the machine's time, in milliseconds since 1970.
    package init(
        _ decider: consuming GatewayDecider, deadlineMilliseconds: Int64?,
        now: @escaping @Sendable () -> Int64 = DecisionClock.realTime
    ) {
        self.deadlineMilliseconds = deadlineMilliseconds
        self.now = now
        facts = GatewayDecider.facts(decider.settings, peer: .anonymous)
        self.decider = decider
    }

    /// What the last question came to.
    package var verdict: Verdict { decider.verdict }

    /// What logs keep of the last question; allocates.
    package mutating func record() -> GatewayRecord { decider.record() }

    package mutating func beginBatch() { decider.begin() }

    package mutating func endBatch() { decider.end() }

    package mutating func check(
        _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
        into reply: inout AgentReply
    ) -> CheckOutcome {
        adopt(peer)
        switch decide(question) {
        case .allowed:
            answer.allow(&decider, &reply)
            return .allowed
        case .denied(let code):
            answer.deny(code, &decider, &reply)
            return .denied
        case .refused(let denial):
            answer.refuse(denial, &decider, &reply)
            return .refused
        }
    }

    private mutating func decide(_ question: Result<CheckQuestion, CheckRefusal>) -> Verdict {
        let token: ByteRegion?
        let asked: CheckQuestion
        do throws(CheckRefusal) {
            asked = try question.get()
            try checkAge(asked)
            switch try read(asked) {
            case .success(let found): token = found
            case .failure(let refusal): return decider.refuse(refusal)
            }
        } catch {
            let denial: Denial =
                switch error {
                case .requestTooOld: Denial(.deadline)
                case .authorizationDuplicated: Denial(.identityRejected)
                default: .malformed
                }
            return decider.refuse(denial, code: error.code)
        }
        var evidence = Evidence()
        evidence.certificateForm = .der
        if let certificate = asked.certificate {
            evidence.certificate = join(certificate, asked.issuers)
        }
        if let token { evidence.token = unsafe UntrustedBytes(token.buffer) }
        address.write(asked.source)
        evidence.sourceIP = address.untrusted
        return decider.decide(evidence, listener: facts)
    }

    /// The chain of a certificate; valid until the next is joined.
    private mutating func join(
        _ certificate: ByteRegion, _ issuers: ByteRegion?
    ) -> UntrustedBytes {
        guard let issuers else { return unsafe UntrustedBytes(certificate.buffer) }
        chain.removeAll()
        chain.append(certificate)
        chain.append(issuers)
        return unsafe UntrustedBytes(chain.written.buffer)
    }

    /// Refuses a question that is past the deadline, or does not say whether it is.
    private func checkAge(_ question: CheckQuestion) throws(CheckRefusal) {
        guard let deadlineMilliseconds else { return }
        guard let start = question.start else { throw .startMissing }
        let now = now()
        guard start > 0, start <= now + Self.maximumSkewMilliseconds else { throw .startInvalid }
        guard now - start <= deadlineMilliseconds else { throw .requestTooOld }
    }

    /// Reads method, host, target and the header fields that routes name.
    ///
    /// - Returns: the bearer token, where tokens are judged and there is one; or why there is nothing
    ///   to decide.
    private mutating func read(
        _ question: CheckQuestion
    ) throws(CheckRefusal) -> Result<ByteRegion?, RequestRefusal> {
        decider.request.removeAll()
        var fields = try ClientFields(question.headers)
        do throws(RequestRefusal) {
            let host = fields.host
            try question.method.withSpan { (method) throws(RequestRefusal) in
                try host.withSpan { (host) throws(RequestRefusal) in
                    try question.path.withSpan { (path) throws(RequestRefusal) in
                        try decider.request.read(method: method, host: host, target: path)
                    }
                }
            }
            let names = decider.headerNames
            while !names.isEmpty, let field = fields.next() {
                guard field.name.isAny(of: names) else { continue }
                try field.name.withSpan { (name) throws(RequestRefusal) in
                    try field.value.withSpan { (value) throws(RequestRefusal) in
                        try decider.request.headers.append(name: name, value: value)
                    }
                }
            }
        } catch {
            return .failure(error)
        }
        return .success(decider.settings.judgesTokens ? try fields.token() : nil)
    }

    /// Takes notice of who asks; HAProxy's threads all run for one user.
    private mutating func adopt(_ credentials: PeerCredentials?) {
        let peer: ListenerFacts.Peer =
            if let credentials {
                .local(userID: credentials.userID, groupID: credentials.groupID)
            } else { .anonymous }
        guard peer != self.peer else { return }
        self.peer = peer
        facts = GatewayDecider.facts(decider.settings, peer: peer)
    }
}
