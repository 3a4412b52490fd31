/// One question, as flat values: may this principal do this action on this resource?
package struct Request: BitwiseCopyable, Sendable {
    package let principal: FlatEntity
    package let action: FlatEntity
    package let resource: FlatEntity
    package let context: FlatRecord

    package init(
        principal: FlatEntity, action: FlatEntity, resource: FlatEntity, context: FlatRecord
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}
