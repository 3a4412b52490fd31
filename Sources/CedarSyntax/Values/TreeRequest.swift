/// One authorization request as trees.
package struct TreeRequest: Sendable {
    package var principal: EntityUID
    package var action: EntityUID
    package var resource: EntityUID
    /// Keys are unique.
    package var context: [(key: Text, value: Value)]

    package init(
        principal: EntityUID, action: EntityUID, resource: EntityUID,
        context: [(key: Text, value: Value)] = []
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}
