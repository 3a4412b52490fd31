package import CedarSyntax
package import JSON

/// Where the parts of a request stand in its document, as byte offsets.
package struct RequestPlaces: Hashable, Sendable {
    package var principal: Int
    package var action: Int
    package var resource: Int
    package var context: Int

    /// The same place for every part.
    package init(all offset: Int) {
        (principal, action, resource, context) = (offset, offset, offset, offset)
    }

    /// The places of the members of an object; the object's own for one that is missing.
    package init(_ request: JSONNode, in json: ValueJSON) {
        func offset(_ name: StaticString) -> Int {
            json.tape.offset(json.tape.member(request, name) ?? request)
        }
        principal = offset("principal")
        action = offset("action")
        resource = offset("resource")
        context = offset("context")
    }
}
