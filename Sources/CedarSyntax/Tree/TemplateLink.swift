/// A policy made of a template by filling its slots.
package struct TemplateLink: Hashable, Sendable {
    /// The id of the template.
    package var templateID: Text
    /// The id of the policy that the link makes; its own among all policies and templates.
    package var newID: Text
    package var values: SlotValues

    package init(templateID: Text, newID: Text, values: SlotValues) {
        self.templateID = templateID
        self.newID = newID
        self.values = values
    }
}

/// The entities that fill a template's slots; nil where the template has no such slot.
package struct SlotValues: Hashable, Sendable {
    package var principal: EntityUID?
    package var resource: EntityUID?

    package init(principal: EntityUID? = nil, resource: EntityUID? = nil) {
        self.principal = principal
        self.resource = resource
    }
}

/// The name of a template's slot, as policies and links write it.
package enum Slot: Text, CaseIterable, Hashable, Sendable {
    case principal = "?principal"
    case resource = "?resource"
}

/// Why a link cannot be made.
package enum LinkError: Error, Hashable, Sendable {
    case unknownTemplate(Text)
    /// The id names a static policy, which has nothing to fill.
    case notATemplate(Text)
    case idInUse(Text)
    /// The template has a slot for which the link has no value.
    case missingValue(Slot, template: Text)
    /// The link has a value for a slot that the template does not have.
    case extraValue(Slot, template: Text)

    /// What is wrong and what to do: lower case, no full stop.
    package var message: String {
        switch self {
        case .unknownTemplate(let id):
            "there is no template with the id `\(id)`"
        case .notATemplate(let id):
            "`\(id)` is a static policy, not a template: only templates can be linked"
        case .idInUse(let id):
            "the id `\(id)` is in use already: give the link an id of its own"
        case .missingValue(let slot, let template):
            "the link has no value for `\(slot.rawValue)`, a slot of the template `\(template)`"
        case .extraValue(let slot, let template):
            "the template `\(template)` has no slot `\(slot.rawValue)`: leave its value out"
        }
    }
}
