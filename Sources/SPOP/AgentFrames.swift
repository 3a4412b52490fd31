package import Wire

/// The frames of an agent, one after the other in memory that is reused.
package struct AgentFrames: ~Copyable {
    private var buffer: FrameBuffer
    /// Where the length of the frame that is being written stands.
    private var start = 0

    package init(capacity: Int = 4096) { buffer = FrameBuffer(capacity: capacity) }

    /// The frames; valid until the next is written.
    package var written: ByteRegion { buffer.written }

    package var count: Int { buffer.count }

    package mutating func removeAll() { buffer.removeAll() }

    /// Answers the greeting with what is agreed.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.2.5.
    package mutating func greet(maximumFrameBytes: UInt32, hasPipelining: Bool) {
        begin(.hello, streamID: 0, frameID: 0)
        append("version")
        append(text: "2.0")
        append("max-frame-size")
        append(number: maximumFrameBytes)
        append("capabilities")
        append(text: hasPipelining ? "pipelining" : "")
        finish()
    }

    /// Ends the connection.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.2.9.
    package mutating func disconnect(_ status: DisconnectStatus, _ words: StaticString) {
        begin(.disconnect, streamID: 0, frameID: 0)
        append("status-code")
        append(number: status.rawValue)
        append("message")
        append(text: words)
        finish()
    }

    /// Answers a question with the actions that an ``ActionList`` has.
    ///
    /// - Returns: false, with nothing written, when the frame would be larger than `maximumBytes`.
    package mutating func acknowledge(
        streamID: UInt64, frameID: UInt64, _ actions: borrowing ActionList, maximumBytes: Int
    ) -> Bool {
        begin(.acknowledgement, streamID: streamID, frameID: frameID)
        buffer.append(actions.written)
        guard buffer.count - start - Frame.lengthBytes <= maximumBytes else {
            buffer.truncate(to: start)
            return false
        }
        finish()
        return true
    }

    private enum Kind: UInt8 {
        case hello = 101
        case disconnect = 102
        case acknowledgement = 103
    }

    private mutating func begin(_ kind: Kind, streamID: UInt64, frameID: UInt64) {
        start = buffer.count
        buffer.append(UInt32(0))
        buffer.append(byte: kind.rawValue)
        // All of the payload.
        buffer.append(UInt32(1).byteSwapped)
        buffer.append(integer: streamID)
        buffer.append(integer: frameID)
    }

    private mutating func finish() {
        let length = UInt32(truncatingIfNeeded: buffer.count - start - Frame.lengthBytes)
        buffer.overwrite(length.byteSwapped, at: start)
    }

    private mutating func append(_ name: StaticString) { buffer.append(counted: name) }

    private mutating func append(text: StaticString) {
        buffer.append(byte: TypeByte.text)
        buffer.append(counted: text)
    }

    private mutating func append(number: UInt32) {
        buffer.append(byte: TypeByte.unsigned32)
        buffer.append(integer: UInt64(number))
    }
}

/// What HAProxy is asked to do: to set variables of the transaction.
///
/// HAProxy puts its own prefix in front of their names.
///
/// Source: HAProxy, doc/SPOE.txt, section 3.4.
package struct ActionList: ~Copyable {
    private var buffer = FrameBuffer(capacity: 1024)

    package init() {}

    var written: ByteRegion { buffer.written }

    package var count: Int { buffer.count }

    package mutating func removeAll() { buffer.removeAll() }

    package mutating func set(_ name: StaticString, _ value: Bool) {
        begin()
        buffer.append(counted: name)
        buffer.append(byte: value ? TypeByte.true : TypeByte.false)
    }

    package mutating func set(_ name: StaticString, _ value: UInt32) {
        begin()
        buffer.append(counted: name)
        buffer.append(byte: TypeByte.unsigned32)
        buffer.append(integer: UInt64(value))
    }

    /// Sets a variable to text.
    package mutating func set(_ name: StaticString, _ value: Span<UInt8>) {
        begin()
        buffer.append(counted: name)
        append(text: value)
    }

    /// Sets the variable for a header field: the prefix, and the field's name with `_` for `-`.
    package mutating func set(
        prefix: StaticString, field name: Span<UInt8>, _ value: Span<UInt8>
    ) {
        begin()
        buffer.append(integer: UInt64(prefix.utf8CodeUnitCount + name.count))
        buffer.append(prefix)
        for index in name.indices {
            buffer.append(byte: name[index] == UInt8(ascii: "-") ? UInt8(ascii: "_") : name[index])
        }
        append(text: value)
    }

    private mutating func append(text value: Span<UInt8>) {
        buffer.append(byte: TypeByte.text)
        buffer.append(integer: UInt64(value.count))
        unsafe buffer.append(value.bytes)
    }

    private mutating func begin() {
        // set-var, three arguments, scope of the transaction.
        buffer.append("\u{1}\u{3}\u{2}")
    }
}

private enum TypeByte {
    static let `false`: UInt8 = 0x01
    static let `true`: UInt8 = 0x11
    static let unsigned32: UInt8 = 0x03
    static let text: UInt8 = 0x08
}

extension FrameBuffer {
    /// Appends an integer as ``PayloadCursor/integer()`` reads it.
    fileprivate mutating func append(integer: UInt64) {
        guard integer >= 240 else { return append(byte: UInt8(truncatingIfNeeded: integer)) }
        append(byte: UInt8(truncatingIfNeeded: integer) | 240)
        var rest = (integer - 240) >> 4
        while rest >= 128 {
            append(byte: UInt8(truncatingIfNeeded: rest) | 128)
            rest = (rest - 128) >> 7
        }
        append(byte: UInt8(truncatingIfNeeded: rest))
    }

    /// Appends one byte; the generic way to it is not specialised in another module.
    fileprivate mutating func append(byte: UInt8) {
        let bytes: [1 of UInt8] = [byte]
        unsafe append(bytes.span.bytes)
    }

    fileprivate mutating func append(_ text: StaticString) {
        let bytes = unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
        unsafe append(bytes.bytes)
    }

    fileprivate mutating func append(counted text: StaticString) {
        append(integer: UInt64(text.utf8CodeUnitCount))
        append(text)
    }
}
