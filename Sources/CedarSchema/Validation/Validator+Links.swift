import CedarSyntax

// Policies that links make of templates.

extension Validator {
    /// What is wrong with each link; the spans are those of the template's scope.
    ///
    /// A link's conditions are its template's, which is validated for every value of the slots. So
    /// only the values are looked at: that their types are declared, and that the scope lets some
    /// request through once they are filled in. Whether an enumeration has the value's id is left
    /// unsaid, as the reference does.
    func linkFindings(_ policies: PolicySet) -> [ValidationFinding] {
        guard !policies.links.isEmpty else { return [] }
        var templates: [Text: Policy] = [:]
        for member in policies.members where member.isTemplate {
            templates[member.id] = member.policy
        }
        return policies.links.flatMap { link in
            templates[link.templateID].map { errors(of: link, template: $0) }?.map {
                ValidationFinding(policy: link.newID, diagnostic: $0)
            } ?? []
        }
    }

    private func errors(of link: TemplateLink, template: Policy) -> [Diagnostic] {
        var found: [Diagnostic] = []
        for (slot, uid, span) in [
            (Slot.principal, link.values.principal, template.principalSpan),
            (Slot.resource, link.values.resource, template.resourceSpan),
        ] {
            guard let uid else { continue }
            found += undeclared(uid.type, at: span).map { error in
                var error = error
                error.message = "`\(slot.rawValue)` is `\(uid)`, and " + error.message
                return error
            }
        }
        let filled = template.filled(with: link.values)
        // The list of actions is the template's own, which reports it.
        if found.isEmpty, let error = applicationError(of: filled) { found.append(error) }
        return found
    }
}
