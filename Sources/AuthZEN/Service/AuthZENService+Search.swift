import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON

extension AuthZENService {
    /// Answers a search.
    mutating func search(
        _ message: SearchMessage, _ reader: MessageReader, _ reply: inout AuthZENReply
    ) throws(AuthZENError) {
        let mapper = QuestionMapper(configuration.mapping, reader.tape, decider.schema)
        let question = try mapper.question(
            message.subject, message.action, message.resource, message.context)
        let query = try digest(message, question)
        let (limit, start) = try place(message.page, query)
        if message.kind == .action {
            try searchActions(question, limit, start, query, message.page != nil, &reply)
            return
        }
        if message.kind == .subject, configuration.requiresEvidence {
            throw AuthZENError(
                "subjects cannot be searched here: each must be proved by a certificate or a token")
        }
        let page = try entityPage(message, question, limit, start)
        let token = page.next.map {
            PageToken(limit: UInt32(clamping: limit), position: $0)
                .sealed(query: query, configuration.pageTokenKey)
        }
        reply.allowed += page.results.count
        reply.denied += page.tested - page.results.count
        begin(token, page.results.count, isPaged: message.page != nil)
        let type = message.searchedType?.utf8 ?? []
        for uid in page.results {
            writer.beginObject()
            writer.key("type")
            writer.string(utf8: type.span)
            writer.key("id")
            writer.string(utf8: uid.id.utf8.span)
            writer.endObject()
        }
        end()
    }

    /// The limit of the page and where it begins.
    private func place(
        _ page: PageMember?, _ query: [UInt8]
    ) throws(AuthZENError) -> (limit: Int, start: ScanPosition) {
        let maximum = configuration.limits.maximumResults
        let own = page?.limit.map { min($0, maximum) }
        guard let text = page?.token, !text.isEmpty else { return (own ?? maximum, .start) }
        guard let token = PageToken(text, query: query, configuration.pageTokenKey) else {
            throw AuthZENError(
                .pageTokenInvalid,
                "`page.token` is not valid for this request: repeat all other members as they were, "
                    + "or begin again without a token")
        }
        // A next page of nothing would be followed by the same one for ever.
        guard page?.limit != 0 else {
            throw AuthZENError("`page.limit` is 0: a page that goes on must have room for a result")
        }
        let earlier = token.limit > 0 ? Int(token.limit) : maximum
        return (min(own ?? earlier, maximum), token.position)
    }

    /// All that the request for the next page must repeat, as a digest: equal for equal values
    /// however they were written.
    private mutating func digest(
        _ message: SearchMessage, _ question: CedarQuestion
    ) throws(AuthZENError) -> [UInt8] {
        func name(_ uid: EntityUID?, _ member: EntityMember?) -> Value {
            guard let member else { return .bool(false) }
            return .set([.record([("type", .string(member.type)), ("id", .string(member.id))])])
        }
        let facts = question.facts.map { fact in
            Value.record([("uid", .entity(fact.uid)), ("attributes", .record(fact.attributes))])
        }
        let query = Value.record([
            ("kind", .long(Int64(message.kind.rawValue))),
            ("subject", name(question.principal, message.subject)),
            ("resource", name(question.resource, message.resource)),
            ("action", message.action.map { .string($0.name) } ?? .bool(false)),
            ("type", message.searchedType.map { .string($0) } ?? .bool(false)),
            ("facts", .set(facts)), ("context", .record(question.context)),
            ("evidence", question.evidence?.value ?? .bool(false)),
            // A place in the list of known actions says nothing of that of other policies.
            (
                "policies",
                message.kind == .action
                    ? .string(Text(HexadecimalDigits(decider.policyVersion).text)) : .bool(false)
            ),
        ])
        return Digest.sha256(try encoded(query))
    }

    // MARK: Entities

    private mutating func entityPage(
        _ message: SearchMessage, _ question: CedarQuestion, _ limit: Int, _ start: ScanPosition
    ) throws(AuthZENError) -> SearchPage {
        let role: SearchRole = message.kind == .subject ? .principal : .resource
        let other = role == .principal ? question.resource : question.principal
        guard let type = message.searchedType.flatMap({ configuration.mapping.entityType($0) }),
            let known = other, let action = question.action
        else { return SearchPage() }
        defer { decider.removeFacts() }
        try lay(question.facts)
        let probe = try encoded(.entity(EntityUID(type: type, id: "")))
        let knownBytes = try encoded(.entity(known))
        let actionBytes = try encoded(.entity(action))
        let contextBytes = try encoded(.record(question.context))
        let http = try encoded(question.evidence)
        let bounds = SearchBounds(
            results: limit, tested: configuration.limits.maximumTested,
            milliseconds: configuration.limits.searchMilliseconds)
        let outcome = probe.withFlat { probe in
            knownBytes.withFlat { known in
                actionBytes.withFlat { action in
                    contextBytes.withFlat { context in
                        let search = EntitySearch(
                            role, typeProbe: FlatEntity(probe), known: FlatEntity(known),
                            action: FlatEntity(action), context: FlatRecord(context))
                        return question.withEvidence(http: http) {
                            self.search(search, $0, from: start, bounds)
                        }
                    }
                }
            }
        }
        switch outcome {
        case .page(let page): return page
        case .refused(.storeUnavailable): throw .storeUnavailable
        // Who does not prove what they must is permitted nothing.
        case .refused: return SearchPage()
        }
    }

    private mutating func search(
        _ search: EntitySearch, _ evidence: Evidence, from start: ScanPosition,
        _ bounds: SearchBounds
    ) -> SearchOutcome {
        switch decider.established(search, evidence: evidence, listener: listener) {
        case .success(let search):
            decider.search(search, from: start, bounds, index: references?.current)
        case .failure(let failure): .refused(failure.refusal)
        }
    }

    // MARK: Actions

    /// Decides the actions that are known, in the order of their names, until the page is full and what
    /// the next one begins with is found.
    ///
    /// The token says which of the known actions that is: others may be permitted by then.
    private mutating func searchActions(
        _ question: CedarQuestion, _ limit: Int, _ start: ScanPosition, _ query: [UInt8],
        _ isPaged: Bool, _ reply: inout AuthZENReply
    ) throws(AuthZENError) {
        var known: [(name: Text, action: EntityUID)] = []
        if question.principal != nil, question.resource != nil {
            for action in decider.knownActions {
                known += configuration.mapping.names(of: action).map { ($0, action) }
            }
        }
        known.sort { $0.name < $1.name }
        var found: [Text] = []
        var next: Int?
        for index in min(Int(clamping: start.key), known.count)..<known.count {
            var question = question
            question.action = known[index].action
            let outcome = try decide(question)
            if outcome == .refused(.storeUnavailable) { throw .storeUnavailable }
            reply.count(outcome)
            guard outcome == .allowed else { continue }
            guard found.count < limit else {
                next = index
                break
            }
            found.append(known[index].name)
        }
        let token = next.map {
            PageToken(
                limit: UInt32(clamping: limit),
                position: ScanPosition(key: UInt64($0), ordinal: 0)
            ).sealed(query: query, configuration.pageTokenKey)
        }
        begin(token, found.count, isPaged: isPaged)
        for name in found {
            writer.beginObject()
            writer.key("name")
            writer.string(utf8: name.utf8.span)
            writer.endObject()
        }
        end()
    }

    // MARK: Writing

    /// Begins the answer: the page first, wherever the caller asked for one or there is more.
    private mutating func begin(_ token: [UInt8]?, _ count: Int, isPaged: Bool) {
        writer.beginObject()
        if isPaged || token != nil {
            writer.key("page")
            writer.beginObject()
            writer.key("next_token")
            let text = token ?? []
            writer.string(utf8: text.span)
            writer.key("count")
            writer.integer(Int64(count))
            writer.endObject()
        }
        writer.key("results")
        writer.beginArray()
    }

    private mutating func end() {
        writer.endArray()
        writer.endObject()
    }
}
