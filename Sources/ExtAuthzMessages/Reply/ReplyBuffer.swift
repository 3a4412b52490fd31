import Glibc

/// The answer to one request while it is put together, and its bytes.
///
/// Begins as a denial; `conclude` decides, the rest adds to it. What cannot be sent as it should be,
/// such as a header with a line break, turns the answer into a denial with status 503: half an
/// answer is never sent. One is kept per event loop; after warm-up it does not allocate.
///
/// The bytes always begin with a `status`, so they are never empty: to Envoy an empty message is OK.
package struct ReplyBuffer: ~Copyable {
    /// The largest answer, in bytes.
    package static let maximumBytes = 64 << 10

    /// What has been decided.
    package private(set) var reply = CheckReply.deny(.forbidden)
    /// Whether something could not be sent, so that the answer became a denial.
    package private(set) var isSpoiled = false

    private let failureModeHeader = Array("x-envoy-auth-failure-mode-allowed".utf8)
    private let identityHeaders: [[UInt8]]
    /// Whether a header of that name may be set.
    private let mayBeSet: [Bool]
    private var isSet: [Bool]
    /// What every answer says of its decision, with zeros for what differs.
    private var decision = ProtobufWriter(capacity: 256)
    /// Where in it the digits of the id, those of the policies' version and the revision are.
    private var places = (id: 0, version: 0, revision: 0)
    private var headers = ProtobufWriter(capacity: 512)
    private var removals = ProtobufWriter(capacity: 256)
    private var clientHeaders = ProtobufWriter(capacity: 512)
    private var metadata = ProtobufWriter(capacity: 512)
    private var list = ProtobufWriter(capacity: 256)
    private var body = ProtobufWriter(capacity: 512)
    private var output = ProtobufWriter(capacity: 1024)

    /// - Parameter identityHeaders: the headers that say who the client is, in lower case. A request
    ///   that is allowed loses its own copies of those that the answer does not set.
    package init(identityHeaders: [[UInt8]] = []) {
        self.identityHeaders = identityHeaders
        isSet = [Bool](repeating: false, count: identityHeaders.count)
        mayBeSet = identityHeaders.map { HeaderRules.allowsName($0.span) }
        let digits = [UInt8](repeating: 0x30, count: Self.digitCount)
        describeAnew(digits.span, digits.span, 0)
        decision.append(contentsOf: metadata)
        start(.deny(.forbidden))
    }

    private static let digitCount = 16

    /// Forgets everything: the answer is a denial with status 403.
    package mutating func reset() { start(.deny(.forbidden)) }

    /// Decides, and forgets what was added before, so that nothing of one answer gets into another.
    package mutating func conclude(_ reply: CheckReply) {
        guard !isSpoiled else { return }
        start(reply)
    }

    private mutating func start(_ reply: CheckReply) {
        self.reply = reply
        isSpoiled = false
        for index in isSet.indices where isSet[index] { isSet[index] = false }
        headers.removeAll()
        removals.removeAll()
        clientHeaders.removeAll()
        metadata.removeAll()
        body.removeAll()
    }

    /// Sets a header of the request that is passed on, in place of the client's; nothing when the
    /// answer is a denial.
    package mutating func setHeader(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard case .allow = reply else { return }
        var isKnown = false
        for index in identityHeaders.indices where isIdentityHeader(index, name) {
            isSet[index] = true
            isKnown = mayBeSet[index]
        }
        guard isKnown ? checks(value) : checks(name, value) else { return }
        Self.append(name, value, as: 2, to: &headers)
        limit()
    }

    /// Takes a header, and all of its copies, from the request that is passed on; nothing when the
    /// answer is a denial.
    ///
    /// Gateways remove after they have set: it must not be one that ``setHeader(_:_:)`` sets.
    package mutating func removeHeader(_ name: Span<UInt8>) {
        guard case .allow = reply, !isSpoiled else { return }
        guard name.count > 0, HeaderRules.isUTF8(name) else { return spoil() }
        removals.text(5, name)
        limit()
    }

    /// Adds a header to what the client gets, whatever is decided.
    package mutating func addClientHeader(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard checks(name, value) else { return }
        if case .allow = reply {
            Self.append(name, value, as: 6, to: &clientHeaders)
        } else {
            Self.append(name, value, as: 2, to: &clientHeaders)
        }
        limit()
    }

    /// Sets the body of a denial, UTF-8; nothing when the answer is an allow.
    package mutating func setBody(_ text: Span<UInt8>) {
        guard case .deny = reply else { return }
        guard HeaderRules.isUTF8(text) else { return spoil() }
        body.removeAll()
        body.append(contentsOf: text)
        limit()
    }

    /// Adds what names the decision to the dynamic metadata: `decision_id`, `policy_version` and
    /// `revision`, in a block that was encoded before when both of the first are of sixteen digits.
    package mutating func addDecision(
        id: Span<UInt8>, policyVersion: Span<UInt8>, revision: Double
    ) {
        guard !isSpoiled, id.count == Self.digitCount, policyVersion.count == Self.digitCount,
            HeaderRules.isUTF8(id), HeaderRules.isUTF8(policyVersion), revision.isFinite
        else { return describeAnew(id, policyVersion, revision) }
        let start = metadata.count
        metadata.append(contentsOf: decision)
        metadata.replace(at: start + places.id, with: id)
        metadata.replace(at: start + places.version, with: policyVersion)
        metadata.replace(at: start + places.revision, with: revision)
        limit()
    }

    /// The same, encoded field by field; and where the values are at the end.
    private mutating func describeAnew(
        _ id: Span<UInt8>, _ policyVersion: Span<UInt8>, _ revision: Double
    ) {
        let start = metadata.count
        addMetadata(Array("decision_id".utf8).span, id)
        let idEnd = metadata.count
        addMetadata(Array("policy_version".utf8).span, policyVersion)
        let versionEnd = metadata.count
        addMetadata(Array("revision".utf8).span, revision)
        guard decision.count == 0 else { return }
        places = (
            idEnd - start - id.count, versionEnd - start - policyVersion.count,
            metadata.count - start - 8
        )
    }

    /// Adds a text to the dynamic metadata.
    package mutating func addMetadata(_ key: Span<UInt8>, _ text: Span<UInt8>) {
        guard HeaderRules.isUTF8(text),
            beginMetadata(key, valueSize: ProtobufWriter.size(text.count))
        else { return spoil() }
        metadata.text(3, text)
        limit()
    }

    /// Adds a number to the dynamic metadata; whole numbers are exact up to 2⁵³.
    package mutating func addMetadata(_ key: Span<UInt8>, _ number: Double) {
        guard number.isFinite, beginMetadata(key, valueSize: 9) else { return spoil() }
        metadata.double(2, number)
    }

    /// Begins a list of texts for the dynamic metadata.
    package mutating func beginList() { list.removeAll() }

    /// Adds a text to the list that was begun.
    package mutating func addToList(_ text: Span<UInt8>) {
        guard HeaderRules.isUTF8(text) else { return spoil() }
        list.begin(1, count: ProtobufWriter.size(text.count))
        list.text(3, text)
        if list.count > Self.maximumBytes { spoil() }
    }

    /// Adds the list to the dynamic metadata.
    package mutating func endList(_ key: Span<UInt8>) {
        guard !isSpoiled else { return }
        guard beginMetadata(key, valueSize: ProtobufWriter.size(list.count)) else { return spoil() }
        metadata.begin(6, count: list.count)
        metadata.append(contentsOf: list)
        limit()
    }

    /// Lends the encoded `CheckResponse`.
    package mutating func withEncoded<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
        encode()
        return output.withBytes(use)
    }

    private mutating func encode() {
        output.removeAll()
        switch reply {
        case .allow:
            // A status whose code is 0 has no bytes of its own.
            output.begin(1, count: 0)
            var removed = ProtobufWriter.size(failureModeHeader.count) + removals.count
            for index in identityHeaders.indices where !isSet[index] {
                removed += ProtobufWriter.size(identityHeaders[index].count)
            }
            output.begin(3, count: headers.count + clientHeaders.count + removed)
            output.append(contentsOf: headers)
            output.append(contentsOf: removals)
            for index in identityHeaders.indices where !isSet[index] {
                output.text(5, identityHeaders[index])
            }
            output.text(5, failureModeHeader)
            output.append(contentsOf: clientHeaders)
        case .deny(let status):
            output.begin(1, count: 2)
            output.integer(1, UInt64(status.rpcCode))
            let bodySize = body.count == 0 ? 0 : ProtobufWriter.size(body.count)
            output.begin(2, count: 5 + clientHeaders.count + bodySize)
            output.begin(1, count: 3)
            output.integer(1, UInt64(status.code))
            output.append(contentsOf: clientHeaders)
            if body.count > 0 {
                output.begin(3, count: body.count)
                output.append(contentsOf: body)
            }
        }
        if metadata.count > 0 {
            output.begin(4, count: metadata.count)
            output.append(contentsOf: metadata)
        }
    }

    /// The answer becomes a denial that says no decision could be sent.
    private mutating func spoil() {
        start(.deny(.unavailable))
        isSpoiled = true
    }

    private mutating func limit() {
        if headers.count + removals.count + clientHeaders.count + metadata.count + body.count
            > Self.maximumBytes - 1024
        {
            spoil()
        }
    }

    private mutating func checks(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        if HeaderRules.allowsName(name) { return checks(value) }
        spoil()
        return false
    }

    private mutating func checks(_ value: Span<UInt8>) -> Bool {
        if HeaderRules.allowsValue(value) { return !isSpoiled }
        spoil()
        return false
    }

    private mutating func beginMetadata(_ key: Span<UInt8>, valueSize: Int) -> Bool {
        guard !isSpoiled, HeaderRules.isUTF8(key), key.count <= HeaderRules.maximumNameBytes else {
            return false
        }
        let entry = ProtobufWriter.size(key.count) + ProtobufWriter.size(valueSize)
        metadata.begin(1, count: entry)
        metadata.text(1, key)
        metadata.begin(2, count: valueSize)
        return true
    }

    /// Appends a `HeaderValueOption` that overwrites or adds.
    private static func append(
        _ name: Span<UInt8>, _ value: Span<UInt8>, as number: UInt32,
        to writer: inout ProtobufWriter
    ) {
        let valueSize = value.count == 0 ? 0 : ProtobufWriter.size(value.count)
        let header = ProtobufWriter.size(name.count) + valueSize
        writer.begin(number, count: ProtobufWriter.size(header) + (value.count == 0 ? 4 : 2))
        writer.begin(1, count: header)
        writer.text(1, name)
        // `raw_value` would be dropped by Envoy.
        if value.count > 0 { writer.text(2, value) }
        writer.integer(3, 2)
        if value.count == 0 { writer.integer(4, 1) }
    }

    private func isIdentityHeader(_ index: Int, _ name: Span<UInt8>) -> Bool {
        // Through a span: an element taken out of an array that threads share counts references.
        let headers = identityHeaders.span
        guard headers[index].count == name.count else { return false }
        return unsafe headers[index].span.withUnsafeBytes { bytes in
            unsafe name.withUnsafeBytes { name in
                guard let left = bytes.baseAddress, let right = name.baseAddress else {
                    return true
                }
                return unsafe memcmp(left, right, name.count) == 0
            }
        }
    }
}
