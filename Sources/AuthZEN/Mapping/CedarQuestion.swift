import CedarSchema
import CedarSyntax
import DecisionPoint
import JSON

/// A question of the API in Cedar's terms.
struct CedarQuestion {
    /// Nil for a type, or an action, that is unknown here: nothing is permitted then.
    var principal: EntityUID?
    var action: EntityUID?
    var resource: EntityUID?
    /// What the caller says of the principal and of the resource.
    var facts: [CallerFacts] = []
    var context: [(key: Text, value: Value)] = []
    /// What is to prove the subject; nil when nothing was sent.
    var evidence: EvidenceMember?
}

/// Turns what a caller sent into Cedar's terms.
struct QuestionMapper {
    let mapping: AuthZENMapping
    let values: ValueJSON
    /// What properties must conform to; nil for none.
    private let schema: Schema?

    init(_ mapping: AuthZENMapping, _ tape: JSONTape, _ schema: Schema?) {
        self.mapping = mapping
        self.schema = schema
        var values = ValueJSON(tape)
        values.reading = mapping.readsFractions ? .byValueWithDecimals : .byValue
        self.values = values
    }

    /// - Throws: `badRequest` for a property or context that no Cedar value can be.
    func question(_ message: EvaluationMessage) throws(AuthZENError) -> CedarQuestion {
        try question(message.subject, message.action, message.resource, message.context)
    }

    /// Maps what is known of a question.
    func question(
        _ subject: EntityMember?, _ action: ActionMember?, _ resource: EntityMember?,
        _ context: JSONNode?
    ) throws(AuthZENError) -> CedarQuestion {
        var question = CedarQuestion()
        if let subject {
            question.principal = try entity(
                "subject", subject, mapping.subjectProperties, &question.facts)
        }
        if let resource {
            question.resource = try entity(
                "resource", resource, mapping.resourceProperties, &question.facts)
        }
        if let action { question.action = mapping.action(action.name) }
        if let context { try read(context, for: question.action, into: &question) }
        if let properties = action?.properties {
            let members = try members(
                properties, "action.properties", mapping.actionPropertyNames
            ) { (_, value) throws(DataError) in try values.value(value, depth: 1) }
            if !members.isEmpty {
                question.context.append((mapping.actionPropertiesName, .record(members)))
            }
        }
        return question
    }

    /// Reads the caller's context; what is not the caller's to say is refused there.
    private func read(
        _ context: JSONNode, for action: EntityUID?, into question: inout CedarQuestion
    ) throws(AuthZENError) {
        let declared = action.flatMap { schema?.actions[$0]?.context }
        question.context = try members(
            context, "context", mapping.contextNames, besides: mapping.evidenceName
        ) { (key, value) throws(DataError) in
            // Whole numbers are written without a fraction whatever they are meant to be.
            if declared?[values.text(key)]?.type == .extension(.decimal),
                let decimal = values.decimal(value)
            {
                return decimal
            }
            return try values.value(value, depth: 1)
        }
        for member in question.context {
            if member.key == mapping.reservedContextName {
                throw AuthZENError(
                    .memberReserved,
                    "`context.\(member.key)` is filled by the decision point: leave it out")
            }
            if member.key == mapping.actionPropertiesName {
                throw AuthZENError(
                    .memberReserved,
                    "`context.\(member.key)` holds the properties of the action: send them as "
                        + "`action.properties`")
            }
        }
        guard let name = mapping.evidenceName else { return }
        for member in values.tape.members(context)
        where values.text(member.key) == name && !values.isAbsent(member.value) {
            question.evidence = try EvidenceMember(member.value, name, values)
        }
    }

    private func entity(
        _ name: String, _ member: EntityMember, _ rule: AuthZENMapping.PropertyRule,
        _ facts: inout [CallerFacts]
    ) throws(AuthZENError) -> EntityUID? {
        let type = mapping.entityType(member.type)
        // What the schema does not declare is asked about in vain: nothing is laid over it.
        let declared = schema.flatMap { schema in type.flatMap { schema.entityTypes[$0] } }
        var attributes: [(key: Text, value: Value)] = []
        if let properties = member.properties {
            // Read for an unknown type too: a bad request is one whatever is known here.
            attributes = try members(properties, "\(name).properties", rule.names) {
                (key, value) throws(DataError) in
                guard let declared, let schema else { return try values.value(value, depth: 1) }
                return try values.attribute(key, value, of: declared.name, schema: schema)
            }
        }
        guard let type else { return nil }
        let uid = EntityUID(type: type, id: member.id)
        if !attributes.isEmpty {
            facts.append(
                CallerFacts(
                    uid, attributes: attributes,
                    precedence: rule.overridesStore ? .caller : .stored))
        }
        return uid
    }

    /// Reads the members that are taken.
    ///
    /// - Parameters:
    ///   - path: where they stand, for the error.
    ///   - name: that of a member which is left out.
    ///   - read: the value of a member, of which it gets the key and the value.
    private func members(
        _ node: JSONNode, _ path: String, _ names: Set<Text>?, besides name: Text? = nil,
        read: (JSONNode, JSONNode) throws(DataError) -> Value
    ) throws(AuthZENError) -> [(key: Text, value: Value)] {
        var members: [(key: Text, value: Value)] = []
        for member in values.tape.members(node) where !values.isAbsent(member.value) {
            let key = values.text(member.key)
            if let names, !names.contains(key) { continue }
            if let name, key == name { continue }
            do throws(DataError) {
                members.append((key, try read(member.key, member.value)))
            } catch {
                let way = values.way(to: error.offset, from: node)
                throw AuthZENError(
                    .valueInvalid, "`\(path).\(way.isEmpty ? "\(key)" : way)`: \(error.message)")
            }
        }
        return members
    }
}
