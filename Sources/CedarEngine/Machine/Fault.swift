/// Why the evaluation of one policy failed.
///
/// Small and without words, so that throwing one costs nothing; ``message`` has the words.
package enum Fault: UInt8, Error, BitwiseCopyable, CaseIterable, Hashable, Sendable {
    /// An operand is not of the type its operator needs.
    case typeError = 1
    /// A record or an entity has no such attribute.
    case missingAttribute = 2
    /// An entity has no such tag.
    case missingTag = 3
    /// Attributes or tags were read of an entity that is not in the store.
    case missingEntity = 4
    /// An integer, datetime or duration left its 64-bit range.
    case overflow = 5
    /// A text given to `ip`, `decimal`, `datetime` or `duration` is not one.
    case invalidExtensionValue = 6
    /// An extension function was called with a wrong number of arguments.
    case wrongArgumentCount = 7
    /// The values made while deciding do not fit the workspace.
    case workspaceExhausted = 8
    /// The entity store could not be read; no decision can be made on it.
    case storeUnavailable = 9

    package var message: String {
        switch self {
        case .typeError: "an operand has the wrong type"
        case .missingAttribute: "an attribute is missing; guard it with `has`"
        case .missingTag: "a tag is missing; guard it with `hasTag`"
        case .missingEntity: "an entity that is not in the store was read"
        case .overflow: "an arithmetic operation left the 64-bit range"
        case .invalidExtensionValue: "a text is no valid ip, decimal, datetime or duration"
        case .wrongArgumentCount: "an extension function got a wrong number of arguments"
        case .workspaceExhausted: "the values made while deciding exceed the workspace"
        case .storeUnavailable: "the entity store could not be read"
        }
    }
}
