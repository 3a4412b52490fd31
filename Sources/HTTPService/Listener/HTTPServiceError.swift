/// Why the service cannot start.
package struct HTTPServiceError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}
