package import Wire

/// One `CheckRequest` read where it lies: what a gateway tells about a request it holds.
///
/// All of it was judged when the view was made, so reading cannot fail afterwards. The view is valid
/// as long as the bytes behind it. Nothing is copied.
///
/// Source: `envoy/service/auth/v3/attribute_context.proto`.
package struct CheckRequestView: BitwiseCopyable {
    /// How much of the request's body came along.
    package enum BodyExtent: BitwiseCopyable, Sendable, Equatable {
        /// The gateway does not send bodies, or there is none.
        case absent
        case complete
        /// A part, or it cannot be told: never to be taken for the body.
        case partial
    }

    /// The client's end.
    package private(set) var source = PeerView()
    /// The gateway's end.
    package private(set) var destination = PeerView()
    /// The server name of the TLS handshake; empty when it is not known.
    package private(set) var serverName = ByteRegion.empty
    /// The request's method; empty when the message does not describe an HTTP request.
    package private(set) var method = ByteRegion.empty
    /// Path and query as the gateway passes them on.
    package private(set) var path = ByteRegion.empty
    package private(set) var host = ByteRegion.empty
    package private(set) var scheme = ByteRegion.empty
    /// The protocol, such as `HTTP/1.1` or `HTTP/2`.
    package private(set) var httpVersion = ByteRegion.empty
    /// The body as far as it came: see ``bodyExtent``.
    package private(set) var body = ByteRegion.empty
    package private(set) var bodyExtent = BodyExtent.absent
    /// The size of the body in bytes as the gateway knows it; negative when it does not.
    package private(set) var sizeBytes: Int64 = 0
    /// The request's `authorization` header.
    package private(set) var authorization = EntryLookup.absent
    /// Whether a header has a name that may be one of those watched for.
    package private(set) var hasWatchedNames = false
    private var watch = NameWatch()
    private var partialBody = EntryLookup.absent
    private var http = ByteRegion.empty
    private var attributes = ByteRegion.empty
    private var rawHeaders: ByteRegion?

    /// Reads and judges a message.
    /// - Parameter watch: the names to look out for.
    /// - Throws: the first offence; nothing of such a message may be used.
    package init(
        _ message: ByteRegion, limits: CheckLimits, watch: NameWatch = NameWatch()
    ) throws(MessageError) {
        self.watch = watch
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        while let field = try reader.next() {
            if field.number == 1 { attributes = try seen.message(field) }
        }
        try readAttributes(limits)
        bodyExtent = extent()
    }

    /// The request's headers in the order in which they came, pseudo-headers included.
    package var headers: EntryReader {
        if let rawHeaders { return EntryReader(rawHeaders, field: 1, isHeader: true) }
        return EntryReader(http, field: 3, isHeader: false)
    }

    /// Whether the headers came with their duplicates and exact bytes.
    ///
    /// Otherwise the gateway joined equal names by commas and replaced what is not UTF-8.
    package var hasRawHeaders: Bool { rawHeaders != nil }

    /// What the gateway's configuration says about the route.
    package var contextExtensions: EntryReader {
        EntryReader(attributes, field: 10, isHeader: false)
    }

    private mutating func readAttributes(_ limits: CheckLimits) throws(MessageError) {
        var reader = ProtobufReader(attributes)
        var seen = SeenFields()
        while let field = try reader.next() {
            switch field.number {
            case 1: source = try PeerView(try seen.message(field))
            case 2: destination = try PeerView(try seen.message(field))
            case 4: try readRequest(try seen.message(field), limits)
            case 12: try readSession(try seen.message(field))
            default: break
            }
        }
        try contextExtensions.check(limit: limits.maximumExtensions)
    }

    private mutating func readSession(_ message: ByteRegion) throws(MessageError) {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        while let field = try reader.next() {
            if field.number == 1 { serverName = try seen.text(field) }
        }
    }

    private mutating func readRequest(
        _ message: ByteRegion, _ limits: CheckLimits
    ) throws(MessageError) {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        while let field = try reader.next() {
            if field.number == 2 { http = try seen.message(field) }
        }
        try readHTTP(limits)
    }

    private mutating func readHTTP(_ limits: CheckLimits) throws(MessageError) {
        var reader = ProtobufReader(http)
        var seen = SeenFields()
        var hasMap = false
        while let field = try reader.next() {
            switch field.number {
            case 2: method = try seen.text(field)
            case 3: hasMap = true
            case 4: path = try seen.text(field)
            case 5: host = try seen.text(field)
            case 6: scheme = try seen.text(field)
            case 9:
                try seen.mark(field)
                sizeBytes = Int64(truncatingIfNeeded: try field.integer())
            case 10: httpVersion = try seen.text(field)
            case 11:
                let text = try seen.text(field)
                if text.count > 0 && body.count > 0 { throw .duplicate }
                if text.count > 0 { body = text }
            case 12:
                let bytes = try seen.message(field)
                if bytes.count > 0 && body.count > 0 { throw .duplicate }
                if bytes.count > 0 { body = bytes }
            case 13: rawHeaders = try seen.message(field)
            default: break
            }
        }
        if hasMap && rawHeaders != nil { throw .twoHeaderForms }
        // Nearly every request is asked for these two, so one pass finds them.
        var (authorization, partialBody) = (EntryLookup.absent, EntryLookup.absent)
        var isWatched = false
        try headers.check(limit: limits.maximumHeaders) { entry in
            if watch.mayHold(entry.name) { isWatched = true }
            if entry.name.hasBytes(of: "authorization") { authorization.add(entry.value) }
            if entry.name.hasBytes(of: "x-envoy-auth-partial-body") { partialBody.add(entry.value) }
        }
        (self.authorization, self.partialBody) = (authorization, partialBody)
        hasWatchedNames = isWatched
    }

    /// Judges by Envoy's own header, which it sets whenever it sends bodies.
    private func extent() -> BodyExtent {
        switch partialBody {
        case .absent: return body.count == 0 ? .absent : .partial
        case .several: return .partial
        case .one(let value):
            guard value.hasBytes(of: "false"), sizeBytes <= Int64(body.count) else {
                return .partial
            }
            return .complete
        }
    }
}
