import CedarSyntax

/// Policies, templates and the policies that links make of templates.
public struct PolicySet: Sendable {
    var set: CedarSyntax.PolicySet
    /// Where the spans of the policies point; nil when there is no text.
    let text: SourceText?

    /// Reads policies and templates in Cedar's own syntax; the ids are `policy0`, `policy1` and so on.
    ///
    /// - Parameter name: what the text is called in messages, such as a file's path.
    /// - Throws: the first error of each policy that has one, at most a hundred.
    /// - Complexity: linear in the size of the text; texts that nest deeper than 10,000 levels are
    ///   refused.
    public init(_ source: String, name: String = "policies") throws(CedarError) {
        let bytes = Array(source.utf8)
        let text = SourceText(bytes, name: name)
        do throws(Diagnostics) {
            set = try CedarSyntax.PolicySet.parse(bytes)
        } catch {
            throw text.error(error)
        }
        self.text = text
    }

    /// Reads a policy set in Cedar's JSON format.
    ///
    /// - Parameter name: what the text is called in messages, such as a file's path.
    /// - Throws: the first error.
    public init(json source: String, name: String = "policies") throws(CedarError) {
        let bytes = Array(source.utf8)
        do throws(DataError) {
            set = try CedarSyntax.PolicySet.parse(json: bytes)
        } catch {
            throw SourceText(bytes, name: name).error(error)
        }
        text = nil
    }

    /// What the set holds: static policies, templates and links, in this order of the source.
    public var policies: [Policy] {
        self.set.members.map { Policy(id: $0.id.string, $0.policy, isTemplate: $0.isTemplate) }
            + self.set.applicablePolicies.suffix(set.links.count).map {
                Policy(id: $0.id.string, $0.policy, isTemplate: false)
            }
    }

    /// Makes a policy of a template by filling its slots.
    ///
    /// - Parameters:
    ///   - template: the template's id.
    ///   - id: the id of the new policy.
    ///   - principal: fills `?principal`; given exactly when the template has this slot.
    ///   - resource: fills `?resource`; given exactly when the template has this slot.
    /// - Throws: when the template is not there, the id is in use, or a value is missing or too
    ///   many; the set is unchanged then.
    public mutating func link(
        _ template: String, as id: String, principal: EntityID? = nil, resource: EntityID? = nil
    ) throws(CedarError) {
        var values = SlotValues()
        do throws(ValueError) {
            if let principal { values.principal = try principal.checked("principal") }
            if let resource { values.resource = try resource.checked("resource") }
        } catch {
            throw CedarError(error)
        }
        do throws(LinkError) {
            try set.link(templateID: Text(template), newID: Text(id), values: values)
        } catch {
            throw CedarError(error.message)
        }
    }

    /// The set in Cedar's JSON format, for ``init(json:name:)`` and other implementations.
    ///
    /// - Throws: when it is larger than a gigabyte.
    public func json() throws(CedarError) -> String {
        do throws(OutputOverflow) {
            return String(decoding: try set.json(), as: UTF8.self)
        } catch {
            throw CedarError(error.message)
        }
    }
}

/// One policy or template of a set.
public struct Policy: Sendable, Hashable, Identifiable {
    public enum Effect: Sendable, Hashable {
        case permit
        case forbid
    }

    public let id: String
    public let effect: Effect
    /// By key; `""` for an annotation without a value.
    public let annotations: [String: String]
    /// Whether it decides nothing until it is linked.
    public let isTemplate: Bool

    init(id: String, _ policy: CedarSyntax.Policy, isTemplate: Bool) {
        self.id = id
        effect = policy.effect == .permit ? .permit : .forbid
        var annotations: [String: String] = [:]
        for annotation in policy.annotations {
            annotations[annotation.key.string] = annotation.value?.string ?? ""
        }
        self.annotations = annotations
        self.isTemplate = isTemplate
    }
}
