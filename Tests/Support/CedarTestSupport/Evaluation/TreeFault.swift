/// Why the tree evaluator could not give a value.
package enum TreeFault: Error, Hashable, Sendable {
    case typeError
    case missingAttribute
    case missingTag
    case missingEntity
    case overflow
    case badExtensionText
    case wrongArgumentCount
}
