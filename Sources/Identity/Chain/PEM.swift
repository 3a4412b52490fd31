/// Reads PEM byte by byte into a chain.
///
/// Lines end with LF or CRLF and have at most 76 characters; a block has no empty line, no headers
/// and no other label than the one asked for. Source: RFC 7468, sections 2 and 3.
struct PEMReader {
    /// What may stand between the blocks.
    enum Surroundings {
        /// Empty lines only: what a gateway sends.
        case nothing
        /// Explanatory text, as in the files of authorities.
        case text
    }

    /// The kind of block: the words after `BEGIN`.
    enum Label {
        case certificate
        case revocationList

        var begin: StaticString {
            switch self {
            case .certificate: "-----BEGIN CERTIFICATE-----"
            case .revocationList: "-----BEGIN X509 CRL-----"
            }
        }

        var end: StaticString {
            switch self {
            case .certificate: "-----END CERTIFICATE-----"
            case .revocationList: "-----END X509 CRL-----"
            }
        }
    }

    private static let maximumLine = 76

    private let label: Label
    private let surroundings: Surroundings
    private var line = InlineArray<80, UInt8>(repeating: 0)
    private var count = 0
    private var isOverlong = false
    private var lineStart = 0
    private var isInside = false
    private var base64 = Base64()

    init(_ label: Label = .certificate, surroundings: Surroundings = .nothing) {
        self.label = label
        self.surroundings = surroundings
    }

    /// Takes one byte, which stands at `offset` of what the caller reads.
    mutating func take(
        _ byte: UInt8, at offset: Int, into chain: inout EncodedChain
    ) throws(CertificateEncodingError) {
        if count == 0, !isOverlong { lineStart = offset }
        if byte == 0x0A {
            try endLine(at: offset, into: &chain)
        } else if count < Self.maximumLine + 1 {
            line[count] = byte
            count += 1
        } else if isInside || surroundings == .nothing {
            throw CertificateEncodingError(.badPEM, at: offset)
        } else {
            isOverlong = true
        }
    }

    /// Ends the text, whose last line need not end with a line feed.
    mutating func finish(
        at offset: Int, into chain: inout EncodedChain
    ) throws(CertificateEncodingError) {
        if count > 0 { try endLine(at: offset, into: &chain) }
        if isInside { throw CertificateEncodingError(.badPEM, at: offset) }
    }

    private mutating func endLine(
        at offset: Int, into chain: inout EncodedChain
    ) throws(CertificateEncodingError) {
        if count > 0, line[count - 1] == 0x0D { count -= 1 }
        defer {
            count = 0
            isOverlong = false
        }
        if isInside {
            if matches(label.end) {
                guard base64.isComplete else {
                    throw CertificateEncodingError(.badBase64, at: lineStart)
                }
                isInside = false
                try chain.endCertificate(at: lineStart)
            } else {
                try decodeLine(into: &chain)
            }
        } else if !isOverlong, matches(label.begin) {
            isInside = true
            base64 = Base64()
        } else if startsWithDashes {
            throw CertificateEncodingError(.unexpectedLabel, at: lineStart)
        } else if count > 0, surroundings == .nothing {
            throw CertificateEncodingError(.badPEM, at: lineStart)
        }
    }

    private mutating func decodeLine(
        into chain: inout EncodedChain
    ) throws(CertificateEncodingError) {
        guard 1...Self.maximumLine ~= count else {
            throw CertificateEncodingError(.badPEM, at: lineStart)
        }
        for index in 0..<count {
            guard let decoded = base64.take(line[index]) else {
                throw CertificateEncodingError(
                    line[index] == UInt8(ascii: "-") ? .unexpectedLabel : .badBase64,
                    at: lineStart)
            }
            if decoded.count > 0 { try chain.append(decoded, at: lineStart) }
        }
    }

    private var startsWithDashes: Bool {
        guard count >= 5 else { return false }
        for index in 0..<5 where line[index] != UInt8(ascii: "-") { return false }
        return true
    }

    private func matches(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            for index in 0..<count {
                guard unsafe line[index] == text[index] else { return false }
            }
            return true
        }
    }
}

extension EncodedChain {
    /// Replaces the certificates by those of a PEM text, which has nothing else than blocks.
    ///
    /// - Throws: the first offence, with its offset; the chain is then empty.
    package mutating func parse(pem text: Span<UInt8>) throws(CertificateEncodingError) {
        try replace { (chain) throws(CertificateEncodingError) in
            try chain.append(pem: text, PEMReader())
        }
    }

    /// Adds the blocks of one kind of a PEM text, in which other text may stand around them.
    mutating func append(
        pemFile text: Span<UInt8>, of label: PEMReader.Label
    ) throws(CertificateEncodingError) {
        try append(pem: text, PEMReader(label, surroundings: .text))
    }

    /// Adds the blocks of a PEM text.
    private mutating func append(
        pem text: Span<UInt8>, _ reader: consuming PEMReader
    ) throws(CertificateEncodingError) {
        var reader = reader
        for index in 0..<text.count { try reader.take(text[index], at: index, into: &self) }
        try reader.finish(at: text.count, into: &self)
    }

    /// Empties the chain, runs `body`, and empties it again when that fails or finds nothing.
    mutating func replace(
        _ body: (inout EncodedChain) throws(CertificateEncodingError) -> Void
    ) throws(CertificateEncodingError) {
        removeAll()
        do {
            try body(&self)
        } catch {
            removeAll()
            throw error
        }
        if count == 0 { throw CertificateEncodingError(.noCertificate, at: 0) }
    }
}
