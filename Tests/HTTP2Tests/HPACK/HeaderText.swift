import Testing
import Wire

@testable import HTTP2

/// A field as text, one byte a character.
struct HeaderText: Equatable, Hashable, Sendable, CustomStringConvertible {
    var name: [UInt8]
    var value: [UInt8]

    init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }

    init(_ name: String, _ value: String) {
        self.init(name: Array(name.utf8), value: Array(value.utf8))
    }

    /// What the field counts in a table or a list.
    var sizeBytes: Int { name.count + value.count + 32 }

    var description: String {
        "\(String(decoding: name, as: UTF8.self)): \(String(decoding: value, as: UTF8.self))"
    }
}

/// What became of a block.
enum Decoded: Equatable {
    case whole([HeaderText])
    case tooLong([HeaderText])
    case failed(HPACKError)

    var headers: [HeaderText]? {
        if case .whole(let headers) = self { headers } else { nil }
    }

    var error: HPACKError? {
        if case .failed(let error) = self { error } else { nil }
    }
}

extension HeaderDecoder {
    /// Decodes a block from memory of exactly its length.
    mutating func decode(_ block: [UInt8]) -> Decoded {
        withRegion(block) { region in
            var headers: [HeaderText] = []
            do throws(HPACKError) {
                let extent = try decode(region) { name, value in
                    headers.append(HeaderText(name: name.copied, value: value.copied))
                }
                return extent == .whole ? .whole(headers) : .tooLong(headers)
            } catch {
                return .failed(error)
            }
        }
    }

    /// The entries of the dynamic table, the newest first.
    var tableHeaders: [HeaderText] {
        (0..<table.count).compactMap { index in
            guard let entry = try? table.entry(index) else { return nil }
            return HeaderText(
                name: entry.name.withBytes { $0.copied }, value: entry.value.withBytes { $0.copied }
            )
        }
    }
}

extension Span<UInt8> {
    var copied: [UInt8] { indices.map { self[$0] } }
}

extension RawSpan {
    var copied: [UInt8] {
        byteOffsets.map { unsafe unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
}

/// Lends bytes as a region of memory that is exactly as long.
func withRegion<Result>(_ bytes: [UInt8], _ body: (ByteRegion) -> Result) -> Result {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { unsafe memory.deallocate() }
    unsafe memory.copyBytes(from: bytes)
    return body(unsafe ByteRegion(UnsafeRawBufferPointer(memory)))
}

/// The bytes of hexadecimal digits, spaces left out.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
