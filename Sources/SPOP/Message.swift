package import Wire

/// One message of a NOTIFY frame: a name, and arguments with names.
package struct Message: BitwiseCopyable {
    package let name: ByteRegion
    package let argumentCount: Int
    /// Stands before the arguments.
    fileprivate let start: PayloadCursor

    /// Lends the arguments in order; an argument of HAProxy's configuration without a name has an empty
    /// one.
    package func forEachArgument(
        _ body: (ByteRegion, TypedValue) -> Void
    ) throws(SPOPError) {
        var cursor = start
        for _ in 0..<argumentCount { body(try cursor.bytes(), try cursor.value()) }
    }
}

/// The messages of a NOTIFY frame, in order.
///
/// Source: HAProxy, doc/SPOE.txt, section 3.2.6.
package struct MessageList: BitwiseCopyable {
    private var cursor: PayloadCursor

    package init(_ payload: ByteRegion) { cursor = PayloadCursor(payload) }

    /// The next message, walked through to its end; nil after the last.
    package mutating func next() throws(SPOPError) -> Message? {
        guard !cursor.isAtEnd else { return nil }
        let name = try cursor.bytes()
        let count = Int(try cursor.byte())
        let message = Message(name: name, argumentCount: count, start: cursor)
        for _ in 0..<count {
            _ = try cursor.bytes()
            _ = try cursor.value()
        }
        return message
    }
}

/// The header fields of a request as HAProxy's `req.hdrs_bin` has them: names and values, each with its
/// length, until both are empty.
///
/// Source: HAProxy, configuration manual, section 7.3.6.
package struct HeaderBlock: BitwiseCopyable {
    private var cursor: PayloadCursor
    private var hasEnded = false

    package init(_ block: ByteRegion) { cursor = PayloadCursor(block) }

    /// The next field; nil after the last.
    ///
    /// - Throws: `truncated` when the block goes on after its end, or ends before it.
    package mutating func next() throws(SPOPError) -> (name: ByteRegion, value: ByteRegion)? {
        guard !hasEnded else { return nil }
        let name = try cursor.bytes()
        let value = try cursor.bytes()
        guard name.count > 0 else {
            guard value.count == 0, cursor.isAtEnd else { throw .truncated }
            hasEnded = true
            return nil
        }
        return (name, value)
    }
}
