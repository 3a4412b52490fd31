import Gateway
package import Routes

/// The answer to one authorization call while it is put together: with exactly 200, 401 or 403.
///
/// Any other code is a fault to nginx, which answers 500 then, and is passed on to the client by the
/// others; any 2xx allows.
///
/// Begins as a denial; ``conclude(_:)`` decides, the rest adds to it. What cannot be sent as it should
/// be, such as a field with a line break, makes a denial without fields of it: half an answer is never
/// sent. Kept by a worker, it allocates nothing after warm-up.
package struct ForwardAuthReply: Sendable {
    package enum Status: UInt16, BitwiseCopyable, CaseIterable, Sendable {
        case allowed = 200
        /// The client has to prove who it is, or prove it better.
        case unauthenticated = 401
        /// Any other deny, with whatever status a policy asked for.
        case denied = 403
    }

    /// The most bytes of all fields: nginx reads 4 KiB unless told otherwise, so what is near this
    /// needs a larger `proxy_buffer_size`.
    package static let maximumFieldBytes = 16 << 10
    /// The most bytes of the body.
    package static let maximumBodyBytes = 16 << 10

    package private(set) var status = Status.denied
    /// The header fields, names in lower case.
    package private(set) var fields = HeaderList()
    /// Text in UTF-8 for the client; empty when it is allowed.
    package private(set) var body: [UInt8] = []
    /// Whether something could not be sent, so that the answer became a denial.
    package private(set) var isSpoiled = false

    package init() {}

    /// Forgets everything: the answer is a denial.
    package mutating func reset() {
        isSpoiled = false
        conclude(.denied)
    }

    /// Decides, and forgets what was added before, so that nothing of one answer gets into another.
    package mutating func conclude(_ status: Status) {
        guard !isSpoiled else { return }
        self.status = status
        fields.removeAll()
        body.removeAll(keepingCapacity: true)
    }

    /// Adds a field; of two with one name the first counts.
    ///
    /// - Parameter value: may be empty: an identity field must be sent also when nothing is known, as
    ///   Caddy 2.6 sends upstream the name of a placeholder for one that is not there, and later
    ///   versions the client's own value.
    package mutating func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard !isSpoiled else { return }
        guard fields.find(name) == .absent else { return }
        guard !FieldNames.isReserved(name), Self.isExact(value),
            fields.bytes.count + name.count + value.count <= Self.maximumFieldBytes
        else { return spoil() }
        do throws(RequestRefusal) {
            try fields.append(name: name, value: value)
        } catch {
            spoil()
        }
    }

    /// Sets the body of a denial; nothing when the answer is an allow.
    package mutating func setBody(_ text: Span<UInt8>) {
        guard !isSpoiled, status != .allowed else { return }
        guard text.count <= Self.maximumBodyBytes else { return spoil() }
        body.removeAll(keepingCapacity: true)
        body.append(bytes: text)
    }

    private mutating func spoil() {
        conclude(.denied)
        isSpoiled = true
    }

    /// Space at the ends would be lost, and with it the difference to another name.
    private static func isExact(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return true }
        return !isBlank(value[0]) && !isBlank(value[value.count - 1])
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
