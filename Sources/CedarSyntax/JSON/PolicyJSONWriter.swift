package import JSON

/// Writes policies in Cedar's JSON policy format, as the reference implementation does.
///
/// Source: Cedar documentation, "JSON policy format".
struct PolicyJSONWriter {
    var json: JSONWriter
    let limit: Int

    init(style: JSONWriter.Style, limit: Int) {
        json = JSONWriter(style: style)
        self.limit = limit
    }

    mutating func write(_ set: PolicySet) throws(OutputOverflow) {
        json.beginObject()
        for (key, isTemplate) in [("templates", true), ("staticPolicies", false)] {
            json.key(key)
            json.beginObject()
            for member in set.members where member.isTemplate == isTemplate {
                json.key(utf8: member.id.utf8.span)
                try write(member.policy)
            }
            json.endObject()
        }
        json.key("templateLinks")
        json.beginArray()
        for link in set.links { write(link) }
        json.endArray()
        json.endObject()
    }

    private mutating func write(_ link: TemplateLink) {
        json.beginObject()
        json.key("templateId")
        json.string(utf8: link.templateID.utf8.span)
        json.key("newId")
        json.string(utf8: link.newID.utf8.span)
        json.key("values")
        json.beginObject()
        for (slot, uid) in [
            (Slot.principal, link.values.principal), (Slot.resource, link.values.resource),
        ] {
            guard let uid else { continue }
            json.key(utf8: slot.rawValue.utf8.span)
            json.write(uid)
        }
        json.endObject()
        json.endObject()
    }

    mutating func write(_ policy: Policy) throws(OutputOverflow) {
        json.beginObject()
        json.key("effect")
        json.string(policy.effect.rawValue)
        json.key("principal")
        write(policy.principal, .principal)
        json.key("action")
        write(policy.action)
        json.key("resource")
        write(policy.resource, .resource)
        json.key("conditions")
        json.beginArray()
        for condition in policy.conditions {
            json.beginObject()
            json.key("kind")
            json.string(condition.kind.rawValue)
            json.key("body")
            try write(condition.body)
            json.endObject()
        }
        json.endArray()
        if !policy.annotations.isEmpty {
            json.key("annotations")
            json.beginObject()
            for annotation in policy.annotations {
                json.key(utf8: annotation.key.utf8.span)
                if let value = annotation.value {
                    json.string(utf8: value.utf8.span)
                } else {
                    json.null()
                }
            }
            json.endObject()
        }
        json.endObject()
    }

    private mutating func write(_ constraint: ScopeConstraint, _ slot: Slot) {
        json.beginObject()
        json.key("op")
        switch constraint {
        case .any: json.string("All")
        case .equal(let target):
            json.string("==")
            write(target, slot)
        case .in(let target):
            json.string("in")
            write(target, slot)
        case .isType(let type):
            json.string("is")
            write(type: type)
        case .isTypeIn(let type, let target):
            json.string("is")
            write(type: type)
            json.key("in")
            json.beginObject()
            write(target, slot)
            json.endObject()
        }
        json.endObject()
    }

    mutating func write(type: Text) {
        json.key("entity_type")
        json.string(utf8: type.utf8.span)
    }

    private mutating func write(_ target: EntityOrSlot, _ slot: Slot) {
        switch target {
        case .entity(let uid):
            json.key("entity")
            json.write(uid)
        case .slot:
            json.key("slot")
            json.string(utf8: slot.rawValue.utf8.span)
        }
    }

    private mutating func write(_ constraint: ActionConstraint) {
        json.beginObject()
        json.key("op")
        switch constraint {
        case .any: json.string("All")
        case .equal(let uid):
            json.string("==")
            json.key("entity")
            json.write(uid)
        case .in(let uid):
            json.string("in")
            json.key("entity")
            json.write(uid)
        case .inSet(let uids):
            json.string("in")
            // A list of one is written like the entity alone, as the reference does.
            if uids.count == 1 {
                json.key("entity")
                json.write(uids[0])
            } else {
                json.key("entities")
                json.beginArray()
                for uid in uids { json.write(uid) }
                json.endArray()
            }
        }
        json.endObject()
    }
}

extension PolicySet {
    /// The set in Cedar's JSON format.
    ///
    /// `e has a.b` is written out as `e has a && e.a has b`, as the reference does; what is read
    /// back has the same meaning.
    /// - Throws: when it has more than `limit` bytes.
    package func json(
        style: JSONWriter.Style = .compact, limit: Int = OutputOverflow.standardLimit
    ) throws(OutputOverflow) -> [UInt8] {
        var writer = PolicyJSONWriter(style: style, limit: limit)
        try writer.write(self)
        return writer.json.bytes
    }
}

extension Policy {
    /// The policy or template in Cedar's JSON format.
    ///
    /// - Throws: when it has more than `limit` bytes.
    package func json(
        style: JSONWriter.Style = .compact, limit: Int = OutputOverflow.standardLimit
    ) throws(OutputOverflow) -> [UInt8] {
        var writer = PolicyJSONWriter(style: style, limit: limit)
        try writer.write(self)
        return writer.json.bytes
    }
}
