import AuthZEN
import HTTPTypes
import HummingbirdCore
import NIOCore

extension HTTPField.Name {
    static let traceParent = constant("traceparent")
    static let requestID = constant("X-Request-ID")
    static let decisionID = constant("Writ-Decision-ID")
    static let policyVersion = constant("Writ-Policy-Version")
    static let errorCode = constant("Writ-Error-Code")
    static let revision = constant("Writ-Revision")

    private static func constant(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("a header's name is made of letters and hyphens")
        }
        return name
    }
}

extension Response {
    static func json(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static var unauthenticated: Response {
        var response = text(
            .unauthorized,
            "send a key or a token as `Authorization: Bearer KEY`, or a client certificate"
        )
        response.headers[.wwwAuthenticate] = "Bearer realm=\"writ\""
        return response
    }

    static var overloaded: Response {
        var response = text(
            .serviceUnavailable, "there is no place for another search: try again later")
        response.headers[.errorCode] = AuthZENError.Code.overloaded.rawValue
        response.headers[.retryAfter] = "1"
        return response
    }

    static func notAllowed(_ method: HTTPRequest.Method) -> Response {
        var response = text(.methodNotAllowed, "use `\(method.rawValue)` here")
        response.headers[.allow] = method == .get ? "GET, HEAD" : method.rawValue
        return response
    }
}

extension Request {
    /// Whether the one content type that is sent is JSON's, in UTF-8, with any other parameters.
    var isJSON: Bool {
        var count = 0
        var isJSON = false
        for field in headers where field.name == .contentType {
            count += 1
            let parts = field.value.utf8.split(
                separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            isJSON =
                parts.first.map { Self.plain($0).elementsEqual("application/json".utf8) } ?? false
            for part in parts.dropFirst() {
                let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1)
                guard pair.count == 2, Self.plain(pair[0]).elementsEqual("charset".utf8) else {
                    continue
                }
                let charset = Self.plain(pair[1]).filter { $0 != UInt8(ascii: "\"") }
                if !charset.elementsEqual("utf-8".utf8), !charset.elementsEqual("us-ascii".utf8) {
                    isJSON = false
                }
            }
        }
        return count == 1 && isJSON
    }

    /// Whether the body is packed in a way that nobody unpacks here.
    var isEncoded: Bool {
        headers.contains { field in
            field.name == .contentEncoding
                && !Self.plain(field.value.utf8).elementsEqual("identity".utf8)
        }
    }

    /// A word in lower case, without blanks around it.
    private static func plain(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
        let word = text.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed()
            .drop { $0 == 0x20 || $0 == 0x09 }
        return word.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    }
}

extension ByteBuffer {
    /// Lends the bytes that can be read.
    func withUnsafeReadableBytesSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        unsafe withUnsafeReadableBytes { bytes in
            unsafe body(Span(_unsafeBytes: bytes))
        }
    }
}
