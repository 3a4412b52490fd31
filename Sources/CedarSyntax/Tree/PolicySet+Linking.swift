extension PolicySet {
    /// The policies that decide: static policies and the links, whose slots are filled.
    ///
    /// Templates are not among them, also those without slots.
    package var applicablePolicies: [Member] {
        let policies = members.filter { !$0.isTemplate }
        guard !links.isEmpty else { return policies }
        let templates = templatesByID
        return policies
            + links.compactMap { link in
                templates[link.templateID].map {
                    Member(id: link.newID, policy: $0.filled(with: link.values))
                }
            }
    }

    /// Adds a policy: a template with its slots filled.
    ///
    /// - Throws: when the template is not there, the id is in use, or the values are not exactly
    ///   those that the template's slots want; the set is unchanged then.
    package mutating func link(
        templateID: Text, newID: Text, values: SlotValues
    ) throws(LinkError) {
        let link = TemplateLink(templateID: templateID, newID: newID, values: values)
        do throws(FailedLink) {
            try self.link([link])
        } catch {
            throw error.reason
        }
    }

    /// Says which of several links cannot be made.
    package struct FailedLink: Error, Hashable, Sendable {
        /// Its place among the links given.
        package var index: Int
        package var reason: LinkError

        package init(index: Int, reason: LinkError) {
            self.index = index
            self.reason = reason
        }
    }

    /// Adds several links, or none when one is refused.
    ///
    /// - Complexity: linear in the policies and links of the set.
    package mutating func link(_ added: [TemplateLink]) throws(FailedLink) {
        let templates = templatesByID
        var taken = Set(members.map(\.id))
        taken.formUnion(links.map(\.newID))
        for (index, link) in added.enumerated() {
            guard let template = templates[link.templateID] else {
                let reason: LinkError =
                    taken.contains(link.templateID)
                    ? .notATemplate(link.templateID) : .unknownTemplate(link.templateID)
                throw FailedLink(index: index, reason: reason)
            }
            do throws(LinkError) {
                try template.check(link.values, id: link.templateID)
            } catch {
                throw FailedLink(index: index, reason: error)
            }
            guard taken.insert(link.newID).inserted else {
                throw FailedLink(index: index, reason: .idInUse(link.newID))
            }
        }
        links += added
    }

    private var templatesByID: [Text: Policy] {
        var templates: [Text: Policy] = [:]
        for member in members where member.isTemplate { templates[member.id] = member.policy }
        return templates
    }
}

extension Policy {
    /// The policy that a link makes of a template: the slots filled, all else the same.
    package func filled(with values: SlotValues) -> Policy {
        with(
            principal: values.principal.map { principal.filled(with: $0) },
            resource: values.resource.map { resource.filled(with: $0) })
    }

    fileprivate func check(_ values: SlotValues, id: Text) throws(LinkError) {
        for (slot, constraint, value) in [
            (Slot.principal, principal, values.principal),
            (Slot.resource, resource, values.resource),
        ] {
            if constraint.hasSlot, value == nil { throw .missingValue(slot, template: id) }
            if !constraint.hasSlot, value != nil { throw .extraValue(slot, template: id) }
        }
    }
}

extension ScopeConstraint {
    /// The constraint with an entity in the place of its slot.
    fileprivate func filled(with uid: EntityUID) -> ScopeConstraint {
        switch self {
        case .equal(.slot): .equal(.entity(uid))
        case .in(.slot): .in(.entity(uid))
        case .isTypeIn(let type, .slot): .isTypeIn(type, .entity(uid))
        default: self
        }
    }
}
