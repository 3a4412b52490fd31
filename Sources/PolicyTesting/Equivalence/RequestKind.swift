import CedarSchema
import CedarSyntax

/// One kind of request that a schema allows: what is known before any entity is looked up.
struct RequestKind {
    let principal: Text
    let action: Schema.Action
    let resource: Text

    /// All kinds of requests of a schema.
    static func all(of schema: Schema) -> [RequestKind] {
        schema.actions.values.sorted { $0.uid < $1.uid }.flatMap { action in
            action.principals.flatMap { principal in
                action.resources.map { resource in
                    RequestKind(principal: principal, action: action, resource: resource)
                }
            }
        }
    }

    /// The type of the entity that a variable names; nil for the context.
    func type(of variable: Variable) -> Text? {
        switch variable {
        case .principal: principal
        case .action: action.uid.type
        case .resource: resource
        case .context: nil
        }
    }
}
