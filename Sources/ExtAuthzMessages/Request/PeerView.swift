package import Wire

/// One end of the connection that a gateway asks about.
package struct PeerView: BitwiseCopyable {
    /// Where the end is.
    package enum Address: BitwiseCopyable {
        case unknown
        /// An IP address as text and a port; 0 for a port that was named or not given.
        case socket(host: ByteRegion, port: UInt32)
        case pipe(path: ByteRegion)
    }

    package fileprivate(set) var address = Address.unknown
    /// The gateway's reading of the verified certificate: a URI, a DNS name or a subject, in one
    /// text that does not say which.
    ///
    /// A URI in it may hold `;` and `,` and so look like another: it proves nothing.
    package fileprivate(set) var principal = ByteRegion.empty
    /// The leaf certificate in URL-encoded PEM; empty when the gateway does not send it.
    package fileprivate(set) var certificate = ByteRegion.empty
    /// The gateway's name for the service behind this end.
    package fileprivate(set) var service = ByteRegion.empty

    init() {}

    /// Reads an `AttributeContext.Peer`.
    init(_ message: ByteRegion) throws(MessageError) {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        while let field = try reader.next() {
            switch field.number {
            case 1:
                try seen.mark(field)
                address = try Self.address(try field.bytes())
            case 2: service = try seen.text(field)
            case 4: principal = try seen.text(field)
            case 5: certificate = try seen.text(field)
            default: break
            }
        }
    }

    private static func address(_ message: ByteRegion) throws(MessageError) -> Address {
        var reader = ProtobufReader(message)
        var address = Address.unknown
        var seen = false
        while let field = try reader.next() {
            switch field.number {
            case 1, 2:
                if seen { throw .duplicate }
                seen = true
                address =
                    field.number == 1
                    ? try socket(try field.bytes()) : .pipe(path: try pipe(try field.bytes()))
            default: break
            }
        }
        return address
    }

    private static func socket(_ message: ByteRegion) throws(MessageError) -> Address {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        var host = ByteRegion.empty
        var port: UInt32 = 0
        while let field = try reader.next() {
            switch field.number {
            case 2: host = try seen.text(field)
            case 3:
                try seen.mark(field)
                guard let number = UInt16(exactly: try field.integer()) else {
                    throw .badInteger
                }
                port = UInt32(number)
            default: break
            }
        }
        return .socket(host: host, port: port)
    }

    private static func pipe(_ message: ByteRegion) throws(MessageError) -> ByteRegion {
        var reader = ProtobufReader(message)
        var seen = SeenFields()
        var path = ByteRegion.empty
        while let field = try reader.next() {
            if field.number == 1 { path = try seen.text(field) }
        }
        return path
    }
}

/// Which fields of a message have been read: one that may occur once must not occur again.
///
/// A parser that takes the last, or merges, could disagree with the gateway about what was asked.
struct SeenFields: BitwiseCopyable {
    private var bits: UInt32 = 0

    init() {}

    mutating func mark(_ field: ProtobufReader.Field) throws(MessageError) {
        let bit: UInt32 = 1 << (field.number & 31)
        if bits & bit != 0 { throw .duplicate }
        bits |= bit
    }

    /// A text that may occur once.
    mutating func text(_ field: ProtobufReader.Field) throws(MessageError) -> ByteRegion {
        try mark(field)
        let region = try field.bytes()
        guard region.isUTF8 else { throw .notUTF8 }
        return region
    }

    /// A message that may occur once.
    mutating func message(_ field: ProtobufReader.Field) throws(MessageError) -> ByteRegion {
        try mark(field)
        return try field.bytes()
    }
}
