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

    init(_ mapping: AuthZENMapping, _ tape: JSONTape) {
        self.mapping = mapping
        values = ValueJSON(tape)
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
        if let context {
            question.context = try members(
                context, "context", mapping.contextNames, besides: mapping.evidenceName)
            guard !question.context.contains(where: { $0.key == mapping.reservedContextName })
            else {
                throw AuthZENError(
                    "`context.\(mapping.reservedContextName)` is filled by the decision point: "
                        + "leave it out")
            }
            if let name = mapping.evidenceName,
                let member = values.tape.members(context).first(where: {
                    values.text($0.key) == name
                })
            {
                question.evidence = try EvidenceMember(member.value, name, values)
            }
        }
        if let action {
            question.action = mapping.action(action.name)
            try add(action.properties, to: &question.context)
        }
        return question
    }

    private func add(
        _ properties: JSONNode?, to context: inout [(key: Text, value: Value)]
    ) throws(AuthZENError) {
        guard let properties else { return }
        let members = try members(properties, "action.properties", mapping.actionPropertyNames)
        guard !members.isEmpty else { return }
        let name = mapping.actionPropertiesName
        guard !context.contains(where: { $0.key == name }) else {
            throw AuthZENError(
                "`context.\(name)` and `action.properties` are both sent: they stand in the same "
                    + "place, leave one out")
        }
        context.append((name, .record(members)))
    }

    private func entity(
        _ name: String, _ member: EntityMember, _ rule: AuthZENMapping.PropertyRule,
        _ facts: inout [CallerFacts]
    ) throws(AuthZENError) -> EntityUID? {
        var attributes: [(key: Text, value: Value)] = []
        if let properties = member.properties {
            // Read for an unknown type too: a bad request is one whatever is known here.
            attributes = try members(properties, "\(name).properties", rule.names)
        }
        guard let type = mapping.entityType(member.type) else { return nil }
        let uid = EntityUID(type: type, id: member.id)
        if !attributes.isEmpty {
            facts.append(
                CallerFacts(
                    uid, attributes: attributes,
                    precedence: rule.overridesStore ? .caller : .stored))
        }
        return uid
    }

    /// - Parameter name: that of a member which is left out.
    private func members(
        _ node: JSONNode, _ path: String, _ names: Set<Text>?, besides name: Text? = nil
    ) throws(AuthZENError) -> [(key: Text, value: Value)] {
        var members: [(key: Text, value: Value)] = []
        for member in values.tape.members(node) {
            let key = values.text(member.key)
            if let names, !names.contains(key) { continue }
            if let name, key == name { continue }
            do throws(DataError) {
                members.append((key, try values.value(member.value, depth: 1)))
            } catch {
                throw AuthZENError("`\(path).\(key)`: \(error.message)")
            }
        }
        return members
    }
}
