@testable import HTTP2
import Wire

/// Answers with what it was sent, or as the path says.
struct TestService: ~Copyable, UnaryService {
    /// The path of the list that is being read, and the messages that came.
    private var path = ""
    private(set) var fields: [String] = []
    private(set) var messages: [[UInt8]] = []
    private(set) var failures: [CallFailure] = []
    var timeout: UInt64 = 1_000_000_000

    static let head: [UInt8] = [0x88]
    static let trailers: [UInt8] = ClientBytes.block([("end", "1")])

    mutating func beginCall() {
        path = ""
        fields = []
    }

    mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let text = Self.text(value)
        if Self.text(name) == ":path" { path = text }
        fields.append(Self.text(name) + "=" + text)
    }

    mutating func admit(hasMessage: Bool, now: UInt64, answer: inout AnswerBuffer)
        -> CallAdmission
    {
        if path == "/refused" {
            answer.setHead(([0x8D] as [UInt8]).span)
            return .answered
        }
        if path == "/silent" { return .answered }
        return .awaitMessage(deadline: now + timeout)
    }

    mutating func answer(_ message: ByteRegion, deadline: UInt64, answer: inout AnswerBuffer) {
        let bytes = (0..<message.count).map { message.byte(at: $0) }
        messages.append(bytes)
        answer.setHead(Self.head.span)
        answer.appendData(Self.reply(to: bytes).span)
        answer.setTrailers(Self.trailers.span)
    }

    /// A message that asks for so many bytes.
    static func request(forBytes count: Int) -> [UInt8] {
        [0xFE, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
    }

    static func reply(to message: [UInt8]) -> [UInt8] {
        guard message.count == 4, message[0] == 0xFE else { return message }
        return [UInt8](repeating: 9, count: message.dropFirst().reduce(0) { $0 << 8 | Int($1) })
    }

    mutating func fail(_ failure: CallFailure, answer: inout AnswerBuffer) {
        failures.append(failure)
        answer.setHead(([0x8D] as [UInt8]).span)
    }

    private static func text(_ bytes: Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}
