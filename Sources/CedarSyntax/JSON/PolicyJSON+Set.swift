import JSON

extension PolicySet {
    /// Reads a policy set in Cedar's JSON format: static policies, templates and links.
    ///
    /// - Throws: the first error; its offset is that of the JSON.
    package static func parse(
        json source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(DataError) -> PolicySet {
        let reader = try PolicyJSON(source, limits: limits)
        return try reader.policySet(reader.tape.root)
    }

    /// Reads a policy set, or one policy or template, in Cedar's JSON format; one alone has the id
    /// `JSON policy`, as with Cedar's command line.
    ///
    /// - Throws: the first error; its offset is that of the JSON.
    package static func parse(
        jsonPolicyOrSet source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(DataError) -> PolicySet {
        let reader = try PolicyJSON(source, limits: limits)
        let root = reader.tape.root
        func has(_ names: [StaticString]) -> Bool {
            names.contains { reader.tape.member(root, $0) != nil }
        }
        switch (
            has(["staticPolicies", "templates", "templateLinks"]),
            has(["action", "effect", "principal", "resource", "conditions"])
        ) {
        case (true, false): return try reader.policySet(root)
        case (false, true):
            return PolicySet(members: [Member(id: "JSON policy", policy: try reader.policy(root))])
        case (false, false):
            throw reader.error(
                root, "neither a policy nor a policy set: it has no member of either")
        case (true, true):
            throw reader.error(
                root, "both a policy and a policy set: it has members of both")
        }
    }
}

extension Policy {
    /// Reads one policy or template in Cedar's JSON format.
    ///
    /// - Throws: the first error; its offset is that of the JSON.
    package static func parse(
        json source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(DataError) -> Policy {
        let reader = try PolicyJSON(source, limits: limits)
        return try reader.policy(reader.tape.root)
    }
}

extension PolicyJSON {
    fileprivate func policySet(_ node: JSONNode) throws(DataError) -> PolicySet {
        let names: [StaticString] = ["templates", "staticPolicies", "templateLinks"]
        let fields = try fields(node, of: "a policy set", names, required: 3, isPositional: true)
        var members: [PolicySet.Member] = []
        var ids: Set<Text> = []
        for (index, name) in names.enumerated().prefix(2) {
            let list = present(fields[index], in: node)
            guard tape.kind(list) == .object else {
                throw error(list, "`\(name)` must be an object of policies by id")
            }
            for (key, value) in tape.members(list) {
                guard members.count < limits.maximumPolicies else {
                    throw error(key, "more than \(limits.maximumPolicies) policies")
                }
                let id = text(key)
                guard ids.insert(id).inserted else {
                    throw error(key, "the id `\(id)` is used by a template and a policy")
                }
                let policy = try policy(value)
                if index == 1, policy.isTemplate {
                    throw error(
                        value,
                        "the static policy `\(id)` has a slot: put it under `templates`")
                }
                members.append(
                    PolicySet.Member(id: id, policy: policy, isTemplate: index == 0))
            }
        }
        var set = PolicySet(members: members)
        try addLinks(present(fields[2], in: node), to: &set)
        return set
    }

    private func addLinks(_ node: JSONNode, to set: inout PolicySet) throws(DataError) {
        guard tape.kind(node) == .array else {
            throw error(node, "`templateLinks` must be an array")
        }
        var links: [TemplateLink] = []
        var nodes: [JSONNode] = []
        for element in tape.elements(node) {
            links.append(try link(element))
            nodes.append(element)
        }
        do throws(PolicySet.FailedLink) {
            try set.link(links)
        } catch {
            throw self.error(nodes[error.index], error.reason.message)
        }
    }

    private func link(_ node: JSONNode) throws(DataError) -> TemplateLink {
        let fields = try fields(
            node, of: "a link", ["templateId", "newId", "values"], required: 3,
            isPositional: true)
        func id(_ index: Int) throws(DataError) -> Text {
            let node = present(fields[index], in: node)
            guard tape.kind(node) == .string else { throw error(node, "an id must be a string") }
            return text(node)
        }
        let list = present(fields[2], in: node)
        guard tape.kind(list) == .object else {
            throw error(list, "`values` must be an object of entities by slot")
        }
        var values = SlotValues()
        for (key, value) in tape.members(list) {
            switch Slot(rawValue: text(key)) {
            case .principal: values.principal = try self.values.uid(value)
            case .resource: values.resource = try self.values.uid(value)
            case nil:
                throw error(
                    key, "`\(text(key))` is no slot: there are `?principal` and `?resource`")
            }
        }
        return TemplateLink(templateID: try id(0), newID: try id(1), values: values)
    }
}
