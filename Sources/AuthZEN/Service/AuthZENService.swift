import CedarEngine
import CedarSyntax
package import DecisionPoint
import JSON

/// Answers the requests of the Authorization API for one thread.
///
/// A request is decided on one ruleset and one revision, all of its questions too.
package struct AuthZENService: ~Copyable {
    var decider: Decider
    let configuration: AuthZENConfiguration
    /// Where an index for searches is found.
    let references: ReferenceIndexKeeper?
    var encoder = FlatEncoder()
    var tape: JSONTape
    var writer = JSONWriter()
    /// What the policies behind the last decision ask for.
    var merged = MergedObligations()
    private var enforcementPoints: EnforcementPointFacts
    /// What is known of who asks the request that is answered.
    var listener: ListenerFacts

    /// - Parameter references: spares searches to decide every entity of a type; nil for none.
    package init(
        _ decider: consuming Decider, _ configuration: AuthZENConfiguration,
        references: ReferenceIndexKeeper? = nil
    ) {
        self.references = references
        self.decider = decider
        self.configuration = configuration
        enforcementPoints = EnforcementPointFacts(configuration)
        listener = enforcementPoints.facts(about: .anonymous)
        tape = JSONTape(
            limits: JSONLimits(
                maximumBytes: configuration.limits.maximumBodyBytes,
                maximumDepth: configuration.limits.maximumDepth))
    }

    /// Answers one request.
    ///
    /// - Parameter peer: who asks, as the listener has authenticated it.
    package mutating func answer(
        _ operation: AuthZENOperation, _ body: Span<UInt8>,
        from peer: AuthenticatedPeer = .anonymous
    ) -> AuthZENReply {
        var reply = AuthZENReply()
        listener = enforcementPoints.facts(about: peer)
        writer.removeAll()
        decider.begin()
        defer {
            decider.removeFacts()
            decider.end()
        }
        reply.policyVersion = decider.policyVersion
        reply.revision = decider.revision
        do throws(AuthZENError) {
            // Who may not ask is not told either what is wrong with the question.
            try admit(&reply)
            try parse(body)
            let reader = MessageReader(tape, configuration.limits)
            switch operation {
            case .evaluation: try evaluate(reader.evaluation(), reader, &reply)
            case .evaluations:
                if let message = try reader.evaluations(configuration.defaults) {
                    evaluate(message, reader, &reply)
                } else {
                    try evaluate(reader.evaluation(), reader, &reply)
                }
            case .subjectSearch: try search(reader.search(.subject), reader, &reply)
            case .resourceSearch: try search(reader.search(.resource), reader, &reply)
            case .actionSearch: try search(reader.search(.action), reader, &reply)
            }
            reply.body = writer.bytes
        } catch {
            reply.refuse(error)
        }
        return reply
    }

    /// Refuses whoever's own certificate or token is restricted, whatever they ask.
    ///
    /// - Returns: nil when they may ask.
    package mutating func refusal(of peer: AuthenticatedPeer) -> AuthZENReply? {
        listener = enforcementPoints.facts(about: peer)
        decider.begin()
        defer { decider.end() }
        var reply = AuthZENReply()
        reply.policyVersion = decider.policyVersion
        reply.revision = decider.revision
        do throws(AuthZENError) {
            try admit(&reply)
            return nil
        } catch {
            reply.refuse(error)
            return reply
        }
    }

    private mutating func admit(_ reply: inout AuthZENReply) throws(AuthZENError) {
        switch decider.refusal(of: listener) {
        case nil: return
        case .quarantined?:
            let reason = String(decoding: decider.detail, as: UTF8.self)
            if configuration.recordsDecisions {
                var record = DecisionRecord(
                    outcome: .refused("\(Refusal.quarantined)"),
                    policyVersion: decider.policyVersion, revision: decider.revision)
                record.detail = reason
                reply.add(record)
            }
            throw .callerQuarantined(reason)
        case .some: throw .storeUnavailable
        }
    }

    private mutating func parse(_ body: Span<UInt8>) throws(AuthZENError) {
        guard !body.isEmpty else {
            throw AuthZENError("the body is empty: send a JSON object")
        }
        do throws(JSONError) {
            try tape.parse(body)
        } catch {
            throw AuthZENError("the body is no valid JSON: \(error)")
        }
    }

    // MARK: One question

    private mutating func evaluate(
        _ message: EvaluationMessage, _ reader: MessageReader, _ reply: inout AuthZENReply
    ) throws(AuthZENError) {
        let outcome = try outcome(of: message, reader, &reply)
        reply.count(outcome)
        write(outcome)
    }

    /// Decides one question.
    ///
    /// - Throws: `internalError` when the store cannot be read: the caller may try again.
    private mutating func outcome(
        of message: EvaluationMessage, _ reader: MessageReader, _ reply: inout AuthZENReply
    ) throws(AuthZENError) -> Outcome {
        let mapper = QuestionMapper(configuration.mapping, reader.tape, decider.schema)
        let question = try mapper.question(message)
        let outcome = try decide(question)
        if configuration.recordsDecisions { reply.add(record(question, outcome)) }
        if outcome == .refused(.storeUnavailable) { throw .storeUnavailable }
        return outcome
    }

    /// What the log keeps of the last decision.
    private mutating func record(_ question: CedarQuestion, _ outcome: Outcome) -> DecisionRecord {
        var record = DecisionRecord(
            principal: question.principal?.description, action: question.action?.description,
            resource: question.resource?.description, outcome: .denied,
            policyVersion: decider.policyVersion, revision: decider.revision)
        switch outcome {
        case .allowed: record.outcome = .allowed
        case .denied: record.outcome = .denied
        case .refused(let refusal):
            record.outcome = .refused("\(refusal)")
            record.detail = String(decoding: decider.detail, as: UTF8.self)
        }
        for index in 0..<decider.reasonCount {
            record.policies.append(decider.reason(index).withUTF8 { String(copying: $0) })
        }
        for index in 0..<decider.errorCount {
            record.errors.append(decider.error(index).policy.withUTF8 { String(copying: $0) })
        }
        return record
    }

    /// Decides a question of which everything is known.
    mutating func decide(_ question: CedarQuestion) throws(AuthZENError) -> Outcome {
        guard let principal = question.principal, let action = question.action,
            let resource = question.resource
        else {
            // Nothing is said of what is unknown, so nothing is permitted.
            decider.forgetResults()
            return .denied
        }
        defer { decider.removeFacts() }
        try lay(question.facts)
        let parts = try encoded(principal, action, resource, question.context)
        let http = try encoded(question.evidence)
        return parts.principal.withFlat { principal in
            parts.action.withFlat { action in
                parts.resource.withFlat { resource in
                    parts.context.withFlat { context in
                        let request = Request(
                            principal: FlatEntity(principal), action: FlatEntity(action),
                            resource: FlatEntity(resource), context: FlatRecord(context))
                        return question.withEvidence(http: http) {
                            decider.decide(request, evidence: $0, listener: listener)
                        }
                    }
                }
            }
        }
    }

    /// The flat record of what evidence says of an HTTP request; empty when it says nothing.
    mutating func encoded(_ evidence: EvidenceMember?) throws(AuthZENError) -> [UInt8] {
        guard let http = evidence?.http else { return [] }
        return try encoded(.record(http))
    }

    /// Lays what the caller says over the store.
    mutating func lay(_ facts: [CallerFacts]) throws(AuthZENError) {
        for fact in facts {
            switch decider.add(fact) {
            case nil: continue
            case .storeUnavailable: throw .storeUnavailable
            default: throw AuthZENError("the properties of `\(fact.uid)` are too large")
            }
        }
    }

    private mutating func encoded(
        _ principal: EntityUID, _ action: EntityUID, _ resource: EntityUID,
        _ context: [(key: Text, value: Value)]
    ) throws(AuthZENError) -> (
        principal: [UInt8], action: [UInt8], resource: [UInt8], context: [UInt8]
    ) {
        (
            try encoded(.entity(principal)), try encoded(.entity(action)),
            try encoded(.entity(resource)), try encoded(.record(context))
        )
    }

    mutating func encoded(_ value: Value) throws(AuthZENError) -> [UInt8] {
        do throws(FlatEncoder.Failure) {
            return try encoder.encode(value)
        } catch {
            throw AuthZENError("\(error.message)")
        }
    }

    // MARK: Several questions

    private mutating func evaluate(
        _ message: EvaluationsMessage, _ reader: MessageReader, _ reply: inout AuthZENReply
    ) {
        writer.beginObject()
        writer.key("evaluations")
        writer.beginArray()
        for item in message.items {
            let isAllowed = evaluate(item, reader, &reply)
            if message.semantic.ends(at: isAllowed) { break }
        }
        writer.endArray()
        writer.endObject()
    }

    /// Answers an item; what is wrong with it denies it, and nothing else.
    private mutating func evaluate(
        _ item: Result<EvaluationMessage, AuthZENError>, _ reader: MessageReader,
        _ reply: inout AuthZENReply
    ) -> Bool {
        do throws(AuthZENError) {
            let outcome = try outcome(of: try item.get(), reader, &reply)
            reply.count(outcome)
            write(outcome)
            return outcome == .allowed
        } catch {
            reply.refused += 1
            write(error)
            return false
        }
    }
}

extension String {
    fileprivate init(copying utf8: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for index in utf8.indices { bytes.append(utf8[index]) }
        self.init(decoding: bytes, as: UTF8.self)
    }
}
