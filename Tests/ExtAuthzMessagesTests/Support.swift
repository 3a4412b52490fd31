import ExtAuthzMessages
import JSON
import Testing
import Wire

/// A message in memory that is not freed before the test is.
@safe
final class Message {
    private let memory: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        unsafe memory = .allocate(byteCount: max(bytes.count, 1), alignment: 1)
        unsafe memory.copyBytes(from: bytes)
        count = bytes.count
    }

    let count: Int

    var region: ByteRegion { unsafe ByteRegion(UnsafeRawBufferPointer(rebasing: memory[..<count])) }

    func view(limits: CheckLimits = CheckLimits()) throws -> CheckRequestView {
        try CheckRequestView(region, limits: limits)
    }

    deinit { unsafe memory.deallocate() }
}

extension ByteRegion {
    var words: String { String(decoding: copied, as: UTF8.self) }
}

/// A field of bytes, as an embedded message, a text or a blob.
func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    integer(UInt64(number) << 3 | 2) + integer(UInt64(content.count)) + content
}

func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

func field(_ number: Int, _ value: UInt64) -> [UInt8] {
    integer(UInt64(number) << 3) + integer(value)
}

func integer(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

/// A CheckRequest with the given fields of `HttpRequest`.
func request(http: [UInt8], attributes: [UInt8] = []) -> [UInt8] {
    field(1, field(4, field(2, http)) + attributes)
}
