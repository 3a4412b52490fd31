import CedarSyntax
package import JSON

/// Reads the requests of the Authorization API from a parsed body.
///
/// Members that the API does not know are ignored at every level; one that it knows must have the
/// right type, and the required ones must be there.
///
/// Source: AuthZEN Authorization API 1.0, sections 5 to 8.
package struct MessageReader: Sendable {
    package let tape: JSONTape
    private let limits: AuthZENLimits

    package init(_ tape: JSONTape, _ limits: AuthZENLimits = AuthZENLimits()) {
        self.tape = tape
        self.limits = limits
    }

    // MARK: Evaluation

    package func evaluation() throws(AuthZENError) -> EvaluationMessage {
        let root = try body()
        return try evaluation(
            Parts(
                subject: tape.member(root, "subject"), action: tape.member(root, "action"),
                resource: tape.member(root, "resource"), context: tape.member(root, "context")))
    }

    /// The members that make a question, wherever each of them comes from.
    private struct Parts {
        var subject: JSONNode?
        var action: JSONNode?
        var resource: JSONNode?
        var context: JSONNode?
    }

    private func evaluation(
        _ parts: Parts, defaults: Parts = Parts()
    ) throws(AuthZENError) -> EvaluationMessage {
        EvaluationMessage(
            subject: try entity("subject", parts.subject, default: defaults.subject),
            action: try action(parts.action, default: defaults.action),
            resource: try entity("resource", parts.resource, default: defaults.resource),
            context: try context(parts.context))
    }

    // MARK: Evaluations

    /// The items of a request; nil when there are none and it is a single question.
    package func evaluations(
        _ rule: DefaultsRule
    ) throws(AuthZENError) -> EvaluationsMessage? {
        let root = try body()
        let semantic = try semantic(tape.member(root, "options"))
        guard let list = tape.member(root, "evaluations") else { return nil }
        guard tape.kind(list) == .array else {
            throw AuthZENError("`evaluations` must be an array")
        }
        let count = tape.count(list)
        guard count > 0 else { return nil }
        guard count <= limits.maximumEvaluations else {
            throw AuthZENError(
                "`evaluations` has \(count) items: the limit is \(limits.maximumEvaluations)")
        }
        let defaults = try defaults(root)
        try refuseRepetition(of: defaults, in: list, rule)
        var items: [Result<EvaluationMessage, AuthZENError>] = []
        items.reserveCapacity(count)
        for item in tape.elements(list) {
            do throws(AuthZENError) {
                items.append(.success(try self.item(item, defaults, rule)))
            } catch {
                items.append(.failure(error))
            }
        }
        return EvaluationsMessage(semantic: semantic, items: items)
    }

    /// The defaults; they may be incomplete, as items may replace them, but not of a wrong type.
    private func defaults(_ root: JSONNode) throws(AuthZENError) -> Parts {
        Parts(
            subject: try object("subject", tape.member(root, "subject")),
            action: try object("action", tape.member(root, "action")),
            resource: try object("resource", tape.member(root, "resource")),
            context: try context(tape.member(root, "context")))
    }

    /// Refuses items that make much of little: what they take from the defaults is read anew for each.
    private func refuseRepetition(
        of defaults: Parts, in list: JSONNode, _ rule: DefaultsRule
    ) throws(AuthZENError) {
        let names: [(StaticString, JSONNode?)] = [
            ("subject", defaults.subject), ("action", defaults.action),
            ("resource", defaults.resource), ("context", defaults.context),
        ]
        var bytes = 0
        for (name, node) in names {
            guard let node else { continue }
            let size = tape.endOffset(node) - tape.offset(node)
            for item in tape.elements(list) where rule == .merging || tape.member(item, name) == nil
            {
                bytes += size
            }
        }
        guard bytes <= limits.maximumDefaultBytes else {
            throw AuthZENError(
                "the items of `evaluations` take \(bytes) bytes from the defaults: the limit is "
                    + "\(limits.maximumDefaultBytes)")
        }
    }

    private func item(
        _ node: JSONNode, _ defaults: Parts, _ rule: DefaultsRule
    ) throws(AuthZENError) -> EvaluationMessage {
        guard tape.kind(node) == .object else {
            throw AuthZENError("an item of `evaluations` must be an object")
        }
        let parts = Parts(
            subject: tape.member(node, "subject") ?? defaults.subject,
            action: tape.member(node, "action") ?? defaults.action,
            resource: tape.member(node, "resource") ?? defaults.resource,
            context: tape.member(node, "context") ?? defaults.context)
        return try evaluation(parts, defaults: rule == .merging ? defaults : Parts())
    }

    private func semantic(_ options: JSONNode?) throws(AuthZENError) -> EvaluationsSemantic {
        guard let options = try object("options", options),
            let name = tape.member(options, "evaluations_semantic")
        else { return .executeAll }
        for semantic in EvaluationsSemantic.allCases
        where tape.bytes(name) == Array(semantic.rawValue.utf8) {
            return semantic
        }
        throw AuthZENError(
            "`options.evaluations_semantic` must be `execute_all`, `deny_on_first_deny` or "
                + "`permit_on_first_permit`")
    }

    // MARK: Search

    package func search(_ kind: SearchKind) throws(AuthZENError) -> SearchMessage {
        let root = try body()
        let subject = tape.member(root, "subject")
        let resource = tape.member(root, "resource")
        var searchedType: Text?
        switch kind {
        case .subject: searchedType = try type("subject", subject)
        case .resource: searchedType = try type("resource", resource)
        case .action: break
        }
        return SearchMessage(
            kind: kind,
            subject: kind == .subject ? nil : try entity("subject", subject),
            action: kind == .action ? nil : try action(tape.member(root, "action")),
            resource: kind == .resource ? nil : try entity("resource", resource),
            searchedType: searchedType, context: try context(tape.member(root, "context")),
            page: try page(tape.member(root, "page")))
    }

    private func page(_ node: JSONNode?) throws(AuthZENError) -> PageMember? {
        guard let node = try object("page", node) else { return nil }
        var token: [UInt8]?
        if let member = tape.member(node, "token") {
            guard let bytes = tape.bytes(member) else {
                throw AuthZENError("`page.token` must be a string")
            }
            token = bytes
        }
        var limit: Int?
        if let member = tape.member(node, "limit") {
            guard let number = tape.integer(member), number >= 0 else {
                throw AuthZENError("`page.limit` must be an integer of at least 0")
            }
            limit = Int(number)
        }
        _ = try object("page.properties", tape.member(node, "properties"))
        return PageMember(token: token, limit: limit)
    }

    // MARK: Members

    private func body() throws(AuthZENError) -> JSONNode {
        guard tape.kind(tape.root) == .object else {
            throw AuthZENError("the body must be a JSON object")
        }
        return tape.root
    }

    private func entity(
        _ name: String, _ node: JSONNode?, default other: JSONNode? = nil
    ) throws(AuthZENError) -> EntityMember {
        let node = try required(name, node)
        let type = tape.member(node, "type")
        let id = tape.member(node, "id")
        let otherType = other.flatMap { tape.member($0, "type") }
        let otherID = other.flatMap { tape.member($0, "id") }
        // What is complete takes nothing from the default, not even properties; and those of somebody
        // else, whom the default names, are nobody's but theirs.
        let isComplete = type != nil && id != nil
        let mayInherit = !isComplete && isSame(type, otherType) && isSame(id, otherID)
        return EntityMember(
            type: try string("\(name).type", type ?? (isComplete ? nil : otherType)),
            id: try string("\(name).id", id ?? (isComplete ? nil : otherID)),
            properties: try object(
                "\(name).properties",
                tape.member(node, "properties")
                    ?? (mayInherit ? other.flatMap { tape.member($0, "properties") } : nil)))
    }

    /// Whether two texts are one, as far as both are there.
    private func isSame(_ own: JSONNode?, _ other: JSONNode?) -> Bool {
        guard let own, let other else { return true }
        return tape.bytes(own) == tape.bytes(other)
    }

    private func action(
        _ node: JSONNode?, default other: JSONNode? = nil
    ) throws(AuthZENError) -> ActionMember {
        let node = try required("action", node)
        let name = tape.member(node, "name")
        let properties = tape.member(node, "properties")
        let source = name == nil ? other : nil
        return ActionMember(
            name: try string("action.name", name ?? source.flatMap { tape.member($0, "name") }),
            properties: try object(
                "action.properties",
                properties ?? source.flatMap { tape.member($0, "properties") }))
    }

    /// The type of what is searched; an id is ignored.
    private func type(_ name: String, _ node: JSONNode?) throws(AuthZENError) -> Text {
        let node = try required(name, node)
        return try string("\(name).type", tape.member(node, "type"))
    }

    private func context(_ node: JSONNode?) throws(AuthZENError) -> JSONNode? {
        try object("context", node)
    }

    private func required(_ name: String, _ node: JSONNode?) throws(AuthZENError) -> JSONNode {
        guard let node = try object(name, node) else {
            throw AuthZENError("`\(name)` is missing")
        }
        return node
    }

    private func object(
        _ name: @autoclosure () -> String, _ node: JSONNode?
    ) throws(AuthZENError) -> JSONNode? {
        guard let node else { return nil }
        guard tape.kind(node) == .object else {
            throw AuthZENError("`\(name())` must be an object")
        }
        return node
    }

    private func string(
        _ name: @autoclosure () -> String, _ node: JSONNode?
    ) throws(AuthZENError) -> Text {
        guard let node else { throw AuthZENError("`\(name())` is missing") }
        guard let bytes = tape.bytes(node) else {
            throw AuthZENError("`\(name())` must be a string")
        }
        return Text(validUTF8: bytes)
    }
}
