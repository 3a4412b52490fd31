package import SPOP
package import Wire

/// The arguments of `check-request`, in the memory of its frame.
///
/// | argument | HAProxy's sample | type |
/// | --- | --- | --- |
/// | `method` | `method` | string |
/// | `path` | `pathq` | string |
/// | `headers` | `req.hdrs_bin` | binary |
/// | `source` | `src` | address |
/// | `certificate` | `ssl_c_der` | binary; not there, or null, for none |
/// | `issuers` | `ssl_c_chain_der` | binary; not there, or null, for none |
/// | `start` | `date(0,ms)` | integer; needed where there is a deadline |
package struct CheckQuestion: BitwiseCopyable {
    /// The client's address.
    package enum Source: BitwiseCopyable {
        case ipv4(ByteRegion)
        case ipv6(ByteRegion)
    }

    package let method: ByteRegion
    /// Path and query.
    package let path: ByteRegion
    /// The client's header fields, for ``HeaderBlock``.
    package let headers: ByteRegion
    package let source: Source
    /// In DER; nil when the client showed none.
    package let certificate: ByteRegion?
    /// The authorities that the client sent beside it, in DER one after the other.
    package let issuers: ByteRegion?
    /// Milliseconds since 1970.
    package let start: Int64?

    /// Reads the payload of a NOTIFY frame.
    ///
    /// - Returns: why it is no question when it is none.
    /// - Throws: when the payload is none.
    package static func read(
        _ payload: ByteRegion
    ) throws(SPOPError) -> Result<CheckQuestion, CheckRefusal> {
        var messages = MessageList(payload)
        guard let message = try messages.next() else { return .failure(.messageMissing) }
        // To its end, so that a broken frame is one wherever it breaks.
        var count = 1
        while try messages.next() != nil { count += 1 }
        guard count == 1 else { return .failure(.messageDuplicated) }
        guard message.name.hasBytes(of: "check-request") else {
            return .failure(.messageUnknown)
        }
        var arguments = Arguments()
        try message.forEachArgument { name, value in arguments.take(name, value) }
        do throws(CheckRefusal) {
            return .success(try CheckQuestion(arguments))
        } catch {
            return .failure(error)
        }
    }

    private init(_ arguments: Arguments) throws(CheckRefusal) {
        if let refusal = arguments.refusal { throw refusal }
        method = try Self.text(arguments.method, else: .methodMissing)
        path = try Self.text(arguments.path, else: .pathMissing)
        switch arguments.headers {
        case .none, .null: throw .headersMissing
        case .binary(let block): headers = block
        default: throw .argumentMistyped
        }
        switch arguments.source {
        case .none, .null: throw .sourceMissing
        case .ipv4(let address): source = .ipv4(address)
        case .ipv6(let address): source = .ipv6(address)
        default: throw .argumentMistyped
        }
        certificate = try Self.binary(arguments.certificate)
        issuers = try Self.binary(arguments.issuers)
        if issuers != nil, certificate == nil { throw .certificateMissing }
        switch arguments.start {
        case .none, .null: start = nil
        case .signed(let number): start = number
        default: throw .argumentMistyped
        }
    }

    private static func binary(_ value: TypedValue?) throws(CheckRefusal) -> ByteRegion? {
        switch value {
        case .none, .null: return nil
        // Empty is not absent: whoever sends it has another sample there.
        case .binary(let bytes) where bytes.count > 0: return bytes
        default: throw .argumentMistyped
        }
    }

    private static func text(
        _ value: TypedValue?, else refusal: CheckRefusal
    ) throws(CheckRefusal) -> ByteRegion {
        switch value {
        case .none, .null: throw refusal
        case .text(let text): return text
        default: throw .argumentMistyped
        }
    }
}

/// The arguments by their names, each at most once.
private struct Arguments {
    var method: TypedValue?
    var path: TypedValue?
    var headers: TypedValue?
    var source: TypedValue?
    var certificate: TypedValue?
    var issuers: TypedValue?
    var start: TypedValue?
    var refusal: CheckRefusal?

    mutating func take(_ name: ByteRegion, _ value: TypedValue) {
        if name.hasBytes(of: "method") {
            Self.set(&method, value, &refusal)
        } else if name.hasBytes(of: "path") {
            Self.set(&path, value, &refusal)
        } else if name.hasBytes(of: "headers") {
            Self.set(&headers, value, &refusal)
        } else if name.hasBytes(of: "source") {
            Self.set(&source, value, &refusal)
        } else if name.hasBytes(of: "certificate") {
            Self.set(&certificate, value, &refusal)
        } else if name.hasBytes(of: "issuers") {
            Self.set(&issuers, value, &refusal)
        } else if name.hasBytes(of: "start") {
            Self.set(&start, value, &refusal)
        } else if refusal == nil {
            // A misspelt `certificate` would otherwise be a client without one.
            refusal = .argumentUnknown
        }
    }

    private static func set(
        _ argument: inout TypedValue?, _ value: TypedValue, _ refusal: inout CheckRefusal?
    ) {
        if argument != nil, refusal == nil { refusal = .argumentDuplicated }
        argument = value
    }
}
