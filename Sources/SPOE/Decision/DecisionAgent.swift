import DecisionPoint
package import Gateway
import Routes
import SPOP
package import Server
import Wire

/// Decides the requests that HAProxy asks about, counts the answers and has those logged that are to
/// be.
///
/// Whatever is not an allow of the policies is a denial.
package struct DecisionAgent: ~Copyable, SPOEHandler {
    /// How long after HAProxy began with a request it is still decided, in milliseconds; nil when
    /// questions do not have to say when that was.
    private let deadlineMilliseconds: Int64?
    private let now: @Sendable () -> Int64
    private var decider: GatewayDecider
    private let observer: AnswerObserver
    private var answer = AgentAnswer()
    private var facts: ListenerFacts
    private var peer = ListenerFacts.Peer.anonymous
    private var address = AddressText()
    /// A certificate and its issuers in one piece.
    private var chain = FrameBuffer()
    /// When the last question was taken up, by the monotonic clock.
    private var startNanoseconds: UInt64 = 0

    /// By how much HAProxy's clock may be ahead, in milliseconds.
    private static let maximumSkewMilliseconds: Int64 = 1000

    /// - Parameters:
    ///   - decider: has the settings of the listener, too.
    ///   - now: the machine's time, in milliseconds since 1970.
    package init(
        _ decider: consuming GatewayDecider, observer: AnswerObserver,
        deadlineMilliseconds: Int64?,
        now: @escaping @Sendable () -> Int64 = DecisionClock.realTime
    ) {
        self.observer = observer
        self.deadlineMilliseconds = deadlineMilliseconds
        self.now = now
        facts = GatewayDecider.facts(decider.settings, peer: .anonymous)
        self.decider = decider
    }

    package mutating func beginBatch() { decider.begin() }

    package mutating func endBatch() { decider.end() }

    package mutating func check(
        _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
        into reply: inout AgentReply
    ) {
        startNanoseconds = MonotonicClock.now()
        adopt(peer)
        switch decide(question) {
        case .allowed: answer.allow(&decider, &reply)
        case .denied(let code): answer.deny(code, &decider, &reply)
        case .refused(let denial): answer.refuse(denial, &decider, &reply)
        }
    }

    package mutating func answered(
        _ question: Result<CheckQuestion, CheckRefusal>, with reply: borrowing AgentReply
    ) {
        let nanoseconds = MonotonicClock.now() &- startNanoseconds
        let verdict = decider.verdict.sent(isSpoiled: reply.isSpoiled)
        guard observer.count(verdict, nanoseconds: nanoseconds) else { return }
        let asked = (try? question.get()).map { Self.asked($0) }
        observer.log(
            &decider, verdict, status: Int(reply.status), asked, nanoseconds: nanoseconds)
    }

    /// What logs keep of the request.
    private static func asked(_ question: CheckQuestion) -> AskedRequest {
        // Of fields that cannot be read nothing is known, the host included.
        var fields = try? ClientFields(question.headers)
        var asked = AskedRequest(
            method: question.method.withSpan { String(repairing: $0) },
            host: fields?.host.withSpan { String(repairing: $0) },
            target: question.path.withSpan { String(repairing: $0) })
        while let field = fields?.next() {
            field.name.withSpan { name in
                field.value.withSpan { asked.take(field: name, $0) }
            }
        }
        return asked
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
            while decider.readsHeaders, let field = fields.next() {
                try field.name.withSpan { (name) throws(RequestRefusal) in
                    try field.value.withSpan { (value) throws(RequestRefusal) in
                        try decider.takeHeader(name: name, value: value)
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
        facts = GatewayDecider.facts(decider.settings, peer: AuthenticatedPeer(peer))
    }
}
