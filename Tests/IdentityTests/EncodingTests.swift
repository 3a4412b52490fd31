import Testing

@testable import Identity

/// The smallest certificates there can be, as far as encodings go.
let first: [UInt8] = [0x30, 0x03, 0x02, 0x01, 0x05]
let second: [UInt8] = [0x30, 0x04, 0x02, 0x02, 0x01, 0x00]
let firstBase64 = "MAMCAQU="
let secondBase64 = "MAQCAgEA"
let firstPEM = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"
let secondPEM = "-----BEGIN CERTIFICATE-----\nMAQCAgEA\n-----END CERTIFICATE-----\n"

func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case 0x0A: result += "%0A"
        case 0x20: result += "%20"
        case 0x2B: result += "%2B"
        case 0x2F: result += "%2f"
        case 0x3D: result += "%3D"
        default: result.unicodeScalars.append(Unicode.Scalar(byte))
        }
    }
    return result
}

extension EncodedChain {
    var all: [[UInt8]] { (0..<count).map { certificate($0) } }
}

@Suite struct EncodingTests {
    private func pem(_ text: String) throws(CertificateEncodingError) -> [[UInt8]] {
        var chain = EncodedChain()
        let bytes = Array(text.utf8)
        try chain.parse(pem: bytes.span)
        return chain.all
    }

    @Test func readsPEM() throws {
        #expect(try pem(firstPEM) == [first])
        #expect(try pem("\n" + firstPEM + "\n\n" + secondPEM) == [first, second])
        #expect(try pem(firstPEM.replacingLineFeeds + secondPEM) == [first, second])
        #expect(try pem(String(firstPEM.dropLast())) == [first])
        #expect(
            try pem("-----BEGIN CERTIFICATE-----\nMAMC\nAQU=\n-----END CERTIFICATE-----") == [first]
        )
    }

    @Test(
        arguments: [
            ("", .noCertificate, 0), ("\n\n", .noCertificate, 0),
            ("text\n" + firstPEM, .badPEM, 0),
            (firstPEM + "text", .badPEM, 63),
            ("-----BEGIN TRUSTED CERTIFICATE-----\nMAMCAQU=\n", .unexpectedLabel, 0),
            ("-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n", .unexpectedLabel, 0),
            (
                "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END PRIVATE KEY-----\n",
                .unexpectedLabel, 37
            ),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n", .badPEM, 37),
            ("-----BEGIN CERTIFICATE-----\n\nMAMCAQU=\n-----END CERTIFICATE-----\n", .badPEM, 28),
            ("-----BEGIN CERTIFICATE-----\nA: b\n-----END CERTIFICATE-----\n", .badBase64, 28),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQU\n-----END CERTIFICATE-----\n", .badBase64, 36),
            ("-----BEGIN CERTIFICATE-----\nMAMCAQV=\n-----END CERTIFICATE-----\n", .badBase64, 28),
            (
                "-----BEGIN CERTIFICATE-----\nMAMCAQU=MAMC\n-----END CERTIFICATE-----\n",
                .badBase64, 28
            ),
            (
                "-----BEGIN CERTIFICATE-----\nMAMCAQUA\n-----END CERTIFICATE-----\n",
                .trailingBytes, 37
            ),
            ("-----BEGIN CERTIFICATE-----\nMAQCAQU=\n-----END CERTIFICATE-----\n", .badDER, 37),
            ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", .badDER, 28),
            (
                "-----BEGIN CERTIFICATE----- \nMAMCAQU=\n-----END CERTIFICATE-----\n",
                .unexpectedLabel, 0
            ),
        ] as [(String, CertificateEncodingError.Kind, Int)])
    func refusesPEM(_ text: String, _ kind: CertificateEncodingError.Kind, _ offset: Int) {
        #expect(throws: CertificateEncodingError(kind, at: offset)) { try pem(text) }
    }

    @Test func linesHaveALimit() throws {
        // 76 characters of base64 are 57 bytes: a sequence of 55.
        let content: [UInt8] = [0x30, 55, 0x04, 53] + [UInt8](repeating: 0, count: 53)
        let line = base64(content)
        #expect(line.utf8.count == 76)
        let start = "-----BEGIN CERTIFICATE-----\n"
        let end = "\n-----END CERTIFICATE-----\n"
        #expect(try pem(start + line + end) == [content])
        #expect(throws: CertificateEncodingError(.badPEM, at: 28)) {
            try pem(start + line + "A" + end)
        }
        #expect(throws: CertificateEncodingError(.badPEM, at: 28 + 77)) {
            try pem(start + line + "AAAA" + end)
        }
    }

    @Test func readsEightCertificatesAndRefusesNine() throws {
        let eight = String(repeating: firstPEM, count: 8)
        #expect(try pem(eight).count == 8)
        #expect(throws: CertificateEncodingError(.tooManyCertificates, at: eight.utf8.count + 37)) {
            try pem(eight + firstPEM)
        }
    }

    @Test func anErrorLeavesNoCertificate() {
        var chain = EncodedChain()
        let bytes = Array((firstPEM + "text").utf8)
        #expect(throws: CertificateEncodingError.self) { try chain.parse(pem: bytes.span) }
        #expect(chain.count == 0)
        #expect(chain.sizeBytes == 0)
    }

    @Test(
        arguments: [
            ("MAMCAQU", .badBase64, 7), ("MAMCAQU=\n", .badBase64, 8), ("MAMC AQU=", .badBase64, 4),
            ("MAMCAQV=", .badBase64, 7), ("MAMCAQU==", .badBase64, 8), ("=", .badBase64, 0),
            ("MAM_AQU=", .badBase64, 3), ("", .badDER, 0), ("MAMCAQUA", .trailingBytes, 0),
        ] as [(String, CertificateEncodingError.Kind, Int)])
    func refusesBase64(_ text: String, _ kind: CertificateEncodingError.Kind, _ offset: Int) {
        var chain = EncodedChain()
        let bytes = Array(text.utf8)
        #expect(throws: CertificateEncodingError(kind, at: offset)) {
            try chain.parse(base64DER: bytes.span)
        }
    }

    @Test func readsBase64AndEscapedPEM() throws {
        var chain = EncodedChain()
        let plain = Array(firstBase64.utf8)
        try chain.parse(base64DER: plain.span)
        #expect(chain.all == [first])
        let both = Array(escaped(firstPEM + secondPEM).utf8)
        try chain.parse(escapedPEM: both.span)
        #expect(chain.all == [first, second])
    }

    @Test(arguments: ["%", "%0", "%0g", "%g0"])
    func refusesEscapes(_ text: String) {
        var chain = EncodedChain()
        let start = escaped(firstPEM)
        let bytes = Array((start + text).utf8)
        #expect(throws: CertificateEncodingError(.badEscape, at: start.utf8.count)) {
            try chain.parse(escapedPEM: bytes.span)
        }
    }

    @Test func headersHaveALimit() {
        var limits = IdentityLimits()
        limits.maximumHeaderBytes = 8
        var chain = EncodedChain(limits: limits)
        let fitting = Array(firstBase64.utf8)
        #expect(throws: Never.self) { try chain.parse(base64DER: fitting.span) }
        let tooLong = fitting + [0x3D]
        #expect(throws: CertificateEncodingError(.tooLarge, at: 8)) {
            try chain.parse(base64DER: tooLong.span)
        }
    }

    @Test(
        arguments: [
            ([0x30, 0x80, 0x02, 0x01, 0x05, 0x00, 0x00], 0),
            ([0x30, 0x81, 0x03, 0x02, 0x01, 0x05], 0),
            ([0x30, 0x82, 0x00, 0x80] + [UInt8](repeating: 0, count: 128), 0),
            ([0x30, 0x02, 0x02, 0x01], 2), ([0x30, 0x03, 0x02, 0x81, 0x01], 2),
            ([0x31, 0x00], 0), ([], 0), ([0x30, 0x00, 0x00], 2),
            ([0x30, 0x04, 0x30, 0x03, 0x02, 0x00], 2),
            ([0x30, 0x01, 0x1F], 2), ([0x30, 0x03, 0x1F, 0x1E, 0x00], 2),
        ] as [([UInt8], Int)])
    func refusesDER(_ bytes: [UInt8], _ offset: Int) {
        #expect(DER.firstOffence(bytes.span) == offset)
    }

    @Test func nestingHasALimit() {
        func nested(_ levels: Int) -> [UInt8] {
            var bytes: [UInt8] = [0x30, 0x00]
            for _ in 1..<levels { bytes = [0x30, UInt8(bytes.count)] + bytes }
            return bytes
        }
        #expect(DER.firstOffence(nested(32).span) == nil)
        #expect(DER.firstOffence(nested(33).span) == 64)
    }
}

func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    precondition(bytes.count % 3 == 0)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let bits = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
        for shift in [18, 12, 6, 0] { text.append(alphabet[bits >> shift & 63]) }
    }
    return String(decoding: text, as: UTF8.self)
}

extension String {
    /// With CRLF for every line feed.
    var replacingLineFeeds: String {
        String(decoding: utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }, as: UTF8.self)
    }
}
