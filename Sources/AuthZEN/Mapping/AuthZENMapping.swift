package import CedarSyntax

/// How the types, actions and properties of the API become those of Cedar.
package struct AuthZENMapping: Sendable {
    /// Which of a caller's properties count, and against what.
    package struct PropertyRule: Sendable {
        /// The names that are taken; nil for all. Others are left out.
        package var names: Set<Text>?
        /// Whether they replace what the store says; else they fill what it lacks.
        package var overridesStore: Bool

        package init(names: Set<Text>? = nil, overridesStore: Bool = false) {
            self.names = names
            self.overridesStore = overridesStore
        }

        /// Nothing that the caller says of an entity counts.
        package static let none = PropertyRule(names: [])
    }

    /// Type of the API → entity type.
    package var types: [Text: Text] = [:]
    /// Whether a type that is not listed stands for the entity type of the same name.
    package var allowsOtherTypes = true
    /// Name of the API → id of an action.
    package var actions: [Text: Text] = [:]
    /// Whether a name that is not listed stands for the action of the same id.
    package var allowsOtherActions = true
    /// The entity type of actions.
    package var actionType: Text = "Action"
    package var subjectProperties = PropertyRule()
    package var resourceProperties = PropertyRule()
    /// The members of the caller's context that are taken; nil for all. Others are left out.
    package var contextNames: Set<Text>?
    /// The member of the context in which an action's properties appear, as a record: a caller must
    /// not send it there.
    package var actionPropertiesName: Text = "action"
    /// The properties of an action that are taken; nil for all. Others are left out.
    package var actionPropertyNames: Set<Text>?
    /// Whether a number with a fraction is a `decimal`; else it is refused.
    package var readsFractions = false
    /// The member of the context that the decision point fills: a caller must not send it.
    package var reservedContextName: Text = "verified"
    /// The member of the caller's context with what proves the subject, ``EvidenceMember``; nil when
    /// none is taken, and a member of that name is one like others.
    package var evidenceName: Text?

    package init() {}

    /// The entity type that a type of the API stands for; nil for one that is unknown here.
    func entityType(_ type: Text) -> Text? {
        if let mapped = types[type] { return mapped }
        guard allowsOtherTypes, EntityTypeName.isValid(type), !type.isActionType else { return nil }
        return type
    }

    /// The action that a name of the API stands for; nil for one that is unknown here.
    func action(_ name: Text) -> EntityUID? {
        if let mapped = actions[name] { return EntityUID(type: actionType, id: mapped) }
        guard allowsOtherActions else { return nil }
        return EntityUID(type: actionType, id: name)
    }

    /// The names of the API that stand for an action, in order.
    func names(of action: EntityUID) -> [Text] {
        guard action.type == actionType else { return [] }
        var names = actions.filter { $0.value == action.id }.map(\.key)
        // A name that is listed stands for something else.
        if allowsOtherActions, actions[action.id] == nil { names.append(action.id) }
        return names.sorted()
    }
}
