package import CedarSyntax

extension Schema {
    /// The schema in which no action's context declares one member.
    ///
    /// For requests whose callers may not send the member because the service establishes it: what
    /// they send is checked without it. Policies are checked against the schema as it is.
    package func withoutContextMember(_ name: Text) -> Schema {
        Schema(
            entityTypes: entityTypes,
            actions: actions.mapValues { action in
                Action(
                    uid: action.uid, parents: action.parents, ancestors: action.ancestors,
                    principals: action.principals, resources: action.resources,
                    context: RecordType(
                        attributes: action.context.attributes.filter { $0.name != name }))
            })
    }
}
