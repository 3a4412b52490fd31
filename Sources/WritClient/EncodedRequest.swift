/// One question, as flat values that the server understands.
///
/// The client does not look into the bytes. The length of each part is a multiple of 8.
public struct EncodedRequest: Sendable, Equatable {
    /// The principal; empty only beside evidence, when it is the one that this leads to.
    public var principal: [UInt8]
    /// The action; not empty.
    public var action: [UInt8]
    /// The resource; not empty.
    public var resource: [UInt8]
    /// The context; no bytes mean the empty context.
    public var context: [UInt8]

    /// Makes a question.
    public init(principal: [UInt8], action: [UInt8], resource: [UInt8], context: [UInt8] = []) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }

    /// What is wrong with the question; `nil` when it can be sent.
    func problem(mayOmitPrincipal: Bool) -> String? {
        if principal.isEmpty && !mayOmitPrincipal || action.isEmpty || resource.isEmpty {
            return "principal, action or resource is empty"
        }
        if (principal.count | action.count | resource.count | context.count) % 8 != 0 {
            return "the length of an encoded value is not a multiple of 8"
        }
        return nil
    }

    /// The bytes the question takes in a frame.
    var encodedBytes: Int {
        16 + principal.count + action.count + resource.count + context.count
    }
}
