package import JSON

/// Why a JSON document is no valid Cedar data: what is wrong and where.
package struct DataError: Error, Hashable, Sendable {
    /// Byte offset in the document.
    package var offset: Int
    /// What is wrong and what to do: lower case, no full stop.
    package var message: String

    package init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    package init(_ error: JSONError) {
        self.init(offset: error.offset, message: error.message)
    }
}
