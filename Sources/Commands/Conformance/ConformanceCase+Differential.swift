import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

// Cases of the differential fuzzer: a schema, policies, entities and requests as raw texts, each
// with the reference implementation's verdict on it.
//
// What is refused is left out of what follows: without a schema nothing is typed, refused policies
// are no policies, refused entities are no entities. So one case can go wrong in several places.

extension ConformanceCase {
    /// A line that records a verdict for each of its texts; every verdict is one check.
    func differential() -> [CheckResult] {
        var results: [CheckResult] = []
        var schema: Schema?
        if let node = json.tape.member(root, "schema") {
            results.append(
                accepted("schema", node) { () throws(DataError) in
                    schema = try self.schema(node)
                })
        }
        var policies = PolicySet(members: [])
        if let node = json.tape.member(root, "policies") {
            results += self.policies(node, schema, &policies)
        }
        var entities = schema?.actionEntities ?? []
        if let node = json.tape.member(root, "entities") {
            results.append(
                accepted("entities", node) { () throws(DataError) in
                    entities = try self.entities(node, schema)
                })
            if let recorded = json.tape.member(node, "json") {
                results.append(compare(entities, recorded))
            }
        }
        let requests = json.tape.member(root, "requests").map { Array(json.tape.elements($0)) }
        guard let requests, !requests.isEmpty else { return results }
        do {
            let decision = OfflineDecision(
                try Ruleset(policies, version: 0), try EntityTable(entities))
            for (index, node) in requests.enumerated() {
                results += request("request \(index)", node, schema, decision)
            }
        } catch {
            results.append(.failed("what was accepted cannot be decided: \(error)"))
        }
        return results
    }

    private func schema(_ node: JSONNode) throws(DataError) -> Schema {
        do throws(Diagnostics) {
            let source = bytes("text", of: node)
            let isJSON = word("format", of: node) == "json"
            return try Schema(
                resolving: isJSON ? SchemaTree.parseJSON(source) : SchemaTree.parse(source))
        } catch {
            throw DataError(error)
        }
    }

    /// Policies, their links, their JSON and whether they fit the schema.
    private func policies(
        _ node: JSONNode, _ schema: Schema?, _ policies: inout PolicySet
    ) -> [CheckResult] {
        var set = policies
        var results = [
            accepted("policies", node) { () throws(DataError) in
                let source = bytes("text", of: node)
                if word("format", of: node) == "json" {
                    set = try PolicySet.parse(json: source)
                } else {
                    do throws(Diagnostics) {
                        set = try PolicySet.parse(source)
                    } catch {
                        throw DataError(error)
                    }
                }
            }
        ]
        if let recorded = json.tape.member(node, "json") {
            results.append(writes(set, as: recorded))
        }
        if let schema, let recorded = json.tape.member(node, "invalid") {
            let findings = Validator(schema).validate(set)
            let errors = findings.filter { $0.diagnostic.severity == .error }
            let found = Set(errors.map(\.policy))
            let expected = Set(json.tape.elements(recorded).map { json.text($0) })
            let difference = found.symmetricDifference(expected)
            if let first = difference.min() {
                let message = errors.first { $0.policy == first }?.diagnostic.message
                results.append(
                    .failed(
                        "validation: \(first) "
                            + (message.map { "must be valid, but: \($0)" }
                                ?? "is valid, but must be refused")))
            } else {
                results.append(.passed)
            }
        }
        if let links = json.tape.member(node, "links") {
            for (index, link) in json.tape.elements(links).enumerated() {
                results.append(
                    accepted("link \(index)", link) { () throws(DataError) in
                        try self.link(link, &set)
                    })
            }
        }
        policies = set
        return results
    }

    private func link(_ node: JSONNode, _ set: inout PolicySet) throws(DataError) {
        var values = SlotValues()
        if let list = json.tape.member(node, "values") {
            for (key, value) in json.tape.members(list) {
                switch Slot(rawValue: json.text(key)) {
                case .principal: values.principal = try json.uid(value)
                case .resource: values.resource = try json.uid(value)
                case nil: throw json.error(key, "`\(json.text(key))` is no slot")
                }
            }
        }
        do throws(LinkError) {
            try set.link(
                templateID: Text(validUTF8: bytes("template", of: node)),
                newID: Text(validUTF8: bytes("id", of: node)), values: values)
        } catch {
            throw json.error(node, error.message)
        }
    }

    private func writes(_ set: PolicySet, as recorded: JSONNode) -> CheckResult {
        do {
            let own = try JSONTape(parsing: set.json())
            guard let place = own.difference(own.root, json.tape, recorded) else {
                return .passed
            }
            return .failed("policies as JSON: differ at \(place)")
        } catch {
            return .failed("policies as JSON: \(error)")
        }
    }

    private func entities(_ node: JSONNode, _ schema: Schema?) throws(DataError) -> [Entity] {
        let file = try ValueJSON(text: bytes("text", of: node))
        let entities: [Entity]
        if let schema {
            entities = try file.entities(file.tape.root, schema: schema)
        } else {
            entities = try file.entities(file.tape.root)
        }
        do throws(EntityTable.Failure) {
            _ = try EntityTable(entities)
            return entities
        } catch {
            throw DataError(offset: 0, message: error.message)
        }
    }

    private func request(
        _ name: String, _ node: JSONNode, _ schema: Schema?, _ decision: OfflineDecision
    ) -> [CheckResult] {
        var request: TreeRequest?
        let verdict = accepted(name, node) { () throws(DataError) in
            request = try self.request(node, schema)
        }
        guard case .passed = verdict, let request else { return [verdict] }
        do throws(Failure) {
            switch compare(try decision.decide(request, .cedar), node) {
            case .passed: return [verdict, .passed]
            case .failed(let message): return [verdict, .failed("\(name): \(message)")]
            }
        } catch {
            return [verdict, .failed("\(name): \(error)")]
        }
    }

    private func request(_ node: JSONNode, _ schema: Schema?) throws(DataError) -> TreeRequest {
        func uid(_ role: StaticString) throws(DataError) -> EntityUID {
            guard let member = json.tape.member(node, role) else {
                throw json.error(node, "the request has no `\(role)`")
            }
            return try json.uidOrText(member)
        }
        var request = TreeRequest(
            principal: try uid("principal"), action: try uid("action"),
            resource: try uid("resource"), context: [])
        if json.tape.member(node, "context") != nil {
            let file = try ValueJSON(text: bytes("context", of: node))
            if let schema {
                request.context = try file.context(
                    file.tape.root, of: request.action, schema: schema)
            } else {
                request.context = try file.context(file.tape.root)
            }
        }
        if let schema { try RequestConformance(schema).check(request) }
        return request
    }

    /// Whether some work succeeds where `accepted` is true and fails where it is false.
    private func accepted(
        _ subject: String, _ node: JSONNode, _ work: () throws(DataError) -> Void
    ) -> CheckResult {
        guard let member = json.tape.member(node, "accepted"),
            let expected = json.tape.boolean(member)
        else { return .failed("\(subject): the case records no `accepted`") }
        do throws(DataError) {
            try work()
            return expected ? .passed : .failed("\(subject): accepted, but must be refused")
        } catch {
            return expected
                ? .failed("\(subject): must be accepted, but: \(error.message)") : .passed
        }
    }

    private func bytes(_ name: StaticString, of node: JSONNode) -> [UInt8] {
        json.tape.member(node, name).flatMap { json.tape.bytes($0) } ?? []
    }

    private func word(_ name: StaticString, of node: JSONNode) -> String? {
        json.tape.member(node, name).flatMap { json.tape.string($0) }
    }
}

extension ValueJSON {
    fileprivate init(text: [UInt8]) throws(DataError) {
        do throws(JSONError) {
            self.init(try JSONTape(parsing: text))
        } catch {
            throw DataError(error)
        }
    }
}

extension DataError {
    fileprivate init(_ diagnostics: Diagnostics) {
        let first = diagnostics.all[0]
        self.init(offset: Int(first.span.start), message: first.message)
    }
}
