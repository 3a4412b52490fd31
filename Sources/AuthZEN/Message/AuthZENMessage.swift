package import CedarSyntax
package import JSON

/// A subject or a resource as the caller names it.
package struct EntityMember: Sendable {
    package let type: Text
    package let id: Text
    /// An object, when there are properties.
    package let properties: JSONNode?
}

/// An action as the caller names it.
package struct ActionMember: Sendable {
    package let name: Text
    /// An object, when there are properties.
    package let properties: JSONNode?
}

/// One question: may the subject do the action on the resource?
package struct EvaluationMessage: Sendable {
    package let subject: EntityMember
    package let action: ActionMember
    package let resource: EntityMember
    /// An object, when there is a context.
    package let context: JSONNode?
}

/// When the evaluation of several questions ends.
package enum EvaluationsSemantic: String, CaseIterable, Sendable {
    case executeAll = "execute_all"
    case denyOnFirstDeny = "deny_on_first_deny"
    case permitOnFirstPermit = "permit_on_first_permit"

    /// Whether a decision ends the evaluation.
    func ends(at decision: Bool) -> Bool {
        switch self {
        case .executeAll: false
        case .denyOnFirstDeny: !decision
        case .permitOnFirstPermit: decision
        }
    }
}

/// How a question of several takes what it does not say itself from the defaults.
package enum DefaultsRule: Sendable, Equatable {
    /// A member that the item has replaces the default whole, as the specification says.
    case replacement
    /// In addition, a member that lacks a required part takes the parts it lacks from the default; but
    /// no properties of a subject or a resource that the default names and the item does not.
    case merging
}

/// Several questions with what they have in common.
package struct EvaluationsMessage: Sendable {
    package let semantic: EvaluationsSemantic
    /// Each question, or what is wrong with it.
    package let items: [Result<EvaluationMessage, AuthZENError>]
}

/// What a search looks for.
package enum SearchKind: UInt8, Sendable, CaseIterable {
    case subject = 1
    case resource = 2
    case action = 3
}

/// A search: everything but what is looked for is known.
package struct SearchMessage: Sendable {
    package let kind: SearchKind
    /// Nil when subjects are searched.
    package let subject: EntityMember?
    /// Nil when actions are searched.
    package let action: ActionMember?
    /// Nil when resources are searched.
    package let resource: EntityMember?
    /// The type that is searched; nil when actions are.
    package let searchedType: Text?
    package let context: JSONNode?
    /// Nil when the caller asks for no page.
    package let page: PageMember?
}

/// Which part of the results is wanted.
package struct PageMember: Sendable {
    /// Empty or absent for the first page.
    package let token: [UInt8]?
    package let limit: Int?
}
