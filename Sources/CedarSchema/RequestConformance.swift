package import CedarSyntax

/// Decides whether requests are what a schema says.
///
/// Source: Cedar documentation, "Request validation".
package struct RequestConformance: Sendable {
    private let values: ValueConformance
    package var schema: Schema { values.schema }

    package init(_ schema: Schema) {
        values = ValueConformance(schema)
    }

    /// Checks a request: declared types and ids, an action that may be asked about them, and
    /// exactly its context.
    ///
    /// - Parameter places: where the request's parts stand in its document, for the error.
    /// - Throws: the first offence.
    package func check(
        _ request: TreeRequest, places: RequestPlaces = RequestPlaces(all: 0)
    ) throws(DataError) {
        if let (role, failure) = failure(request) {
            let offset =
                switch role {
                case .principal: places.principal
                case .action: places.action
                case .resource: places.resource
                case .context: places.context
                }
            let message =
                role == .context
                ? failure.inside("context of `\(request.action)`").message : failure.message
            throw DataError(offset: offset, message: message)
        }
    }

    /// Says which member of a request does not conform, as in
    /// ``context.amount: expected `Long`, found a `String` ``; nil when the request conforms.
    package func problem(in request: TreeRequest) -> String? {
        failure(request).map { role, failure in failure.located(in: role.rawValue) }
    }

    private enum Role: String {
        case principal, action, resource, context
    }

    private func failure(_ request: TreeRequest) -> (Role, ConformanceFailure)? {
        guard let action = schema.actions[request.action] else {
            return (
                .action,
                ConformanceFailure("the schema declares no action `\(request.action)`")
            )
        }
        // What is only a group is not asked about anything: the fault is not the principal's.
        var role = action.principals.isEmpty ? Role.action : Role.principal
        do throws(ConformanceFailure) {
            try check(request.principal, "principal", action.principals, action)
            role = .resource
            try check(request.resource, "resource", action.resources, action)
            role = .context
            try values.check(request.context, action.context)
            return nil
        } catch {
            return (role, error)
        }
    }

    private func check(
        _ uid: EntityUID, _ role: String, _ types: [Text], _ action: Schema.Action
    ) throws(ConformanceFailure) {
        guard schema.entityTypes[uid.type] != nil else {
            throw ConformanceFailure(
                "the \(role)'s type `\(uid.type)` is not declared in the schema")
        }
        guard types.contains(uid.type) else {
            let allowed = types.map { "`\($0)`" }.joined(separator: ", ")
            throw ConformanceFailure(
                "the action `\(action.uid)` does not apply to the \(role) `\(uid)`, "
                    + (types.isEmpty ? "it is only a group" : "only to \(allowed)"))
        }
        do {
            try values.check(uid)
        } catch {
            throw error.inside(role)
        }
    }
}
