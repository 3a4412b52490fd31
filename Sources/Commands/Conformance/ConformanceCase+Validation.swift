import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

// Recorded verdicts of validation: of policies, entities and requests.

extension ConformanceCase {
    /// A line that records whether policies fit a schema, or that the schema is none.
    func validate() -> [CheckResult] {
        guard let expected = boolean("strict", root) else {
            return [.failed("the case records no `strict`")]
        }
        let errors: [Diagnostic]
        do throws(Diagnostics) {
            let schema = try Schema.parse(bytes("schema"))
            let policies = try PolicySet.parse(bytes("policies"))
            errors = Validator(schema).validate(policies).map(\.diagnostic).errors
        } catch {
            errors = error.all
        }
        return [verdict("strict", errors, expected)]
    }

    /// The verdicts recorded for the policies of a case with decisions, one check each.
    func policyVerdicts() -> [CheckResult] {
        let recorded: [(name: StaticString, mode: ValidationMode)] = [
            ("shouldValidate", .strict), ("strict", .strict), ("permissive", .permissive),
        ]
        return recorded.compactMap { name, mode in
            guard let expected = boolean(name, root) else { return nil }
            do throws(Diagnostics) {
                let schema = try Schema.parse(bytes("schema"))
                let policies = try PolicySet.parse(bytes("policies"))
                let findings = Validator(schema, mode: mode).validate(policies)
                return verdict("\(name)", findings.map(\.diagnostic).errors, expected)
            } catch {
                return .failed("policies or schema: \(error.all[0].message)")
            }
        }
    }

    /// A line of the validator's own cases: a check for each set and policy in each mode, for each
    /// entity and for each request in each mode.
    func validator() -> [CheckResult] {
        guard let expected = json.tape.member(root, "expected") else { return [] }
        let schema: Schema
        let policies: PolicySet
        do throws(Diagnostics) {
            schema = try Schema.parse(bytes("schema"))
            policies = try PolicySet.parse(bytes("policies"))
        } catch {
            return [.failed("policies or schema: \(error.all[0].message)")]
        }
        var results: [CheckResult] = []
        if let node = json.tape.member(expected, "policyValidation") {
            results += policyVerdicts(node, policies, schema)
        }
        if let node = json.tape.member(expected, "entityValidation"),
            let perEntity = json.tape.member(node, "perEntity")
        {
            results += entityVerdicts(perEntity, schema)
        }
        if let node = json.tape.member(expected, "requestValidation") {
            results += requestVerdicts(node, schema)
        }
        return results
    }

    private func policyVerdicts(
        _ node: JSONNode, _ policies: PolicySet, _ schema: Schema
    ) -> [CheckResult] {
        var results: [CheckResult] = []
        let modes: [(name: StaticString, mode: ValidationMode)] = [
            ("strict", .strict), ("permissive", .permissive),
        ]
        for (name, mode) in modes {
            guard let expected = boolean(name, node) else { continue }
            let findings = Validator(schema, mode: mode).validate(policies)
            results.append(verdict("\(name)", findings.map(\.diagnostic).errors, expected))
            guard let perPolicy = json.tape.member(node, "perPolicy") else { continue }
            for member in json.tape.members(perPolicy) {
                let id = json.text(member.key)
                guard policies.members.contains(where: { $0.id == id }),
                    let expected = boolean(name, member.value)
                else {
                    results.append(.failed("no verdict, or no policy `\(id)`"))
                    continue
                }
                let own = findings.filter { $0.policy == id }
                results.append(
                    verdict("\(id) \(name)", own.map(\.diagnostic).errors, expected))
            }
        }
        return results
    }

    private func entityVerdicts(_ perEntity: JSONNode, _ schema: Schema) -> [CheckResult] {
        guard let list = json.tape.member(root, "entities") else { return [] }
        let conformance = EntityConformance(schema)
        do throws(DataError) {
            let entities = try json.entities(list)
            var results: [CheckResult] = []
            for entity in entities {
                let name = "\(entity.uid)"
                guard
                    let recorded = json.tape.members(perEntity).first(where: {
                        json.text($0.key) == Text("\(entity.uid.type)::\(entity.uid.id)")
                            || json.text($0.key) == Text(name)
                    })
                else { continue }
                let isExpected = json.tape.member(recorded.value, "errors") == nil
                results.append(
                    verdict(name, isExpected) { () throws(DataError) in
                        try conformance.check(
                            entity, ancestors: Self.ancestors(of: entity, among: entities))
                    })
            }
            let count = json.tape.count(perEntity)
            guard results.count == count else {
                return [.failed("\(results.count) of \(count) recorded entities found")]
            }
            return results
        } catch {
            return [.failed("entities: \(error.message)")]
        }
    }

    /// All entities that one is in, by the parents that a list of entities tells.
    static func ancestors(of entity: Entity, among entities: [Entity]) -> Set<EntityUID> {
        var found = Set(entity.parents)
        var open = entity.parents
        while let next = open.popLast() {
            for other in entities where other.uid == next {
                for parent in other.parents where found.insert(parent).inserted {
                    open.append(parent)
                }
            }
        }
        return found
    }

    private func requestVerdicts(_ node: JSONNode, _ schema: Schema) -> [CheckResult] {
        guard let requests = json.tape.member(root, "requests") else { return [] }
        let verdicts = Array(json.tape.elements(node))
        let nodes = Array(json.tape.elements(requests))
        guard verdicts.count == nodes.count else {
            return [.failed("\(verdicts.count) verdicts for \(nodes.count) requests")]
        }
        var results: [CheckResult] = []
        for (index, request) in nodes.enumerated() {
            // Both modes read requests alike.
            for name: StaticString in ["strict", "permissive"] {
                guard let expected = boolean(name, verdicts[index]) else { continue }
                results.append(
                    verdict("request \(index) \(name)", expected) { () throws(DataError) in
                        let request = try json.request(request, schema: schema)
                        try RequestConformance(schema).check(request)
                    })
            }
            results += compiledVerdict("request \(index)", request, schema)
        }
        return results
    }

    /// Whether the service, which checks encoded requests, would say the same of this one.
    private func compiledVerdict(
        _ subject: String, _ node: JSONNode, _ schema: Schema
    ) -> [CheckResult] {
        let failure: String
        do {
            // As it is, and as the types of the schema read it.
            let readings = [try? json.request(node), try? json.request(node, schema: schema)]
            let compiled = try CompiledSchema(schema)
            return try readings.compactMap(\.self).map { request in
                let parts = [
                    try FlatConstant(.entity(request.principal)),
                    try FlatConstant(.entity(request.action)),
                    try FlatConstant(.entity(request.resource)),
                    try FlatConstant(.record(request.context)),
                ]
                let isAllowed = compiled.view.allows(
                    Request(
                        principal: FlatEntity(parts[0].flat), action: FlatEntity(parts[1].flat),
                        resource: FlatEntity(parts[2].flat), context: FlatRecord(parts[3].flat)))
                withExtendedLifetime(parts) {}
                let problem = RequestConformance(schema).problem(in: request)
                guard isAllowed != (problem == nil) else { return .passed }
                return .failed("\(subject), encoded: \(problem ?? "refused without a reason")")
            }
        } catch let error as FlatEncoder.Failure {
            failure = error.message
        } catch let error as CompileError {
            failure = error.message
        } catch {
            failure = "\(error)"
        }
        return [.failed("\(subject), encoded: \(failure)")]
    }

    /// A line with a text of entities: whether all are accepted together, and each alone.
    func entityFile() -> [CheckResult] {
        guard let expected = json.tape.member(root, "expected"),
            let all = json.tape.member(expected, "allEntities"),
            let isExpected = boolean("success", all),
            let perEntity = json.tape.member(expected, "perEntity")
        else { return [.failed("the case records no verdicts")] }
        let schema: Schema
        do throws(Diagnostics) {
            schema = try Schema.parse(bytes("schema"))
        } catch {
            return [.failed("schema: \(error.all[0].message)")]
        }
        let file: ValueJSON
        do throws(JSONError) {
            file = ValueJSON(try JSONTape(parsing: bytes("entitiesText")))
        } catch {
            let failure = DataError(error)
            return [verdict("the text", isExpected) { () throws(DataError) in throw failure }]
        }
        var results = [
            verdict("the entities", isExpected) { () throws(DataError) in
                _ = try file.entities(file.tape.root, schema: schema)
            }
        ]
        for node in file.tape.elements(file.tape.root) {
            guard let uidNode = file.tape.member(node, "uid"),
                let uid = try? file.uidOrText(uidNode),
                let recorded = json.tape.members(perEntity).first(where: {
                    json.text($0.key) == Text("\(uid.type)::\(uid.id)")
                }), let isExpected = boolean("success", recorded.value)
            else { continue }
            results.append(
                verdict("\(uid)", isExpected) { () throws(DataError) in
                    let entity = try file.entity(node, schema: schema)
                    try EntityConformance(schema).check(entity)
                })
        }
        return results
    }

    private func verdict(
        _ subject: String, _ errors: [Diagnostic], _ expected: Bool
    ) -> CheckResult {
        switch (errors.first, expected) {
        case (nil, true), (_?, false): .passed
        case (nil, false): .failed("\(subject): valid, but must be refused")
        case (let error?, true): .failed("\(subject): must be valid, but: \(error.message)")
        }
    }

    private func verdict(
        _ subject: String, _ expected: Bool, _ work: () throws(DataError) -> Void
    ) -> CheckResult {
        do throws(DataError) {
            try work()
            return expected ? .passed : .failed("\(subject): valid, but must be refused")
        } catch {
            return expected
                ? .failed("\(subject): must be valid, but: \(error.message)") : .passed
        }
    }

    private func boolean(_ name: StaticString, _ node: JSONNode) -> Bool? {
        json.tape.member(node, name).flatMap { json.tape.boolean($0) }
    }

    private func bytes(_ name: StaticString) -> [UInt8] {
        json.tape.member(root, name).flatMap { json.tape.bytes($0) } ?? []
    }
}

extension [Diagnostic] {
    fileprivate var errors: [Diagnostic] { filter { $0.severity == .error } }
}
