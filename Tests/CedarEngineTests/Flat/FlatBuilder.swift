@testable import CedarEngine
import CedarSyntax

/// Writes flat values field by field, so that a test can break one rule at a time.
enum FlatBuilder {
    static func header(_ tag: UInt8, _ a: UInt8 = 0, _ b: UInt8 = 0, _ c: UInt8 = 0, size: Int)
        -> [UInt8]
    {
        var bytes = [tag, a, b, c]
        bytes.append(half: UInt32(size))
        return bytes
    }

    static func scalar(_ tag: FlatTag, _ bits: UInt64, a: UInt8 = 0) -> [UInt8] {
        var bytes = header(tag.rawValue, a, size: 16)
        bytes.append(word: bits)
        return bytes
    }

    static func ip(family: UInt8, prefix: UInt8, _ high: UInt64, _ low: UInt64) -> [UInt8] {
        var bytes = header(FlatTag.ip.rawValue, family, prefix, size: 24)
        bytes.append(word: high)
        bytes.append(word: low)
        return bytes
    }

    /// - Parameters:
    ///   - hash: stands for the right hash.
    ///   - extra: zero bytes beyond the padding, counted as padding.
    static func string(
        _ utf8: [UInt8], hash: UInt64? = nil, fill: UInt8 = 0, extra: Int = 0
    ) -> [UInt8] {
        let padding = (8 - utf8.count % 8) % 8 + extra
        var bytes = header(
            FlatTag.string.rawValue, UInt8(padding), size: 16 + utf8.count + padding)
        bytes.append(word: hash ?? FlatHash.bytes(utf8))
        return bytes + utf8 + Array(repeating: fill, count: padding)
    }

    static func string(_ text: Text, hash: UInt64? = nil) -> [UInt8] {
        string(text.utf8, hash: hash)
    }

    static func entity(
        _ type: [UInt8], _ id: [UInt8], hash: UInt64? = nil, typeHash: UInt32? = nil,
        typeCount: Int? = nil, fill: UInt8 = 0
    ) -> [UInt8] {
        let padding = (8 - (type.count + id.count) % 8) % 8
        var bytes = header(
            FlatTag.entity.rawValue, UInt8(padding), size: 24 + type.count + id.count + padding)
        let rightType = FlatHash.bytes(type)
        bytes.append(word: hash ?? FlatHash.entity(type: rightType, id: FlatHash.bytes(id)))
        bytes.append(half: UInt32(typeCount ?? type.count))
        bytes.append(half: typeHash ?? UInt32(truncatingIfNeeded: rightType))
        return bytes + type + id + Array(repeating: fill, count: padding)
    }

    /// A set whose elements stand as given; `hashes` stand for the right ones.
    static func set(
        _ elements: [[UInt8]], hashes: [UInt64]? = nil, flags: UInt32 = 0, gap: Int = 0,
        reserved: UInt32 = 0, trailing: Int = 0
    ) -> [UInt8] {
        let prefix = 16 + elements.count * 16
        let size = prefix + gap + elements.reduce(0) { $0 + $1.count } + trailing
        var bytes = header(FlatTag.set.rawValue, size: size)
        bytes.append(half: UInt32(elements.count))
        bytes.append(half: flags)
        var position = prefix + gap
        for (index, element) in elements.enumerated() {
            bytes.append(word: hashes?[index] ?? element.withFlat { $0.hash })
            bytes.append(half: UInt32(position))
            bytes.append(half: reserved)
            position += element.count
        }
        return bytes + Array(repeating: 0, count: gap) + elements.joined()
            + Array(repeating: 0, count: trailing)
    }

    static func record(
        _ members: [(key: [UInt8], value: [UInt8])], hashes: [UInt64]? = nil, flags: UInt32 = 0,
        valueShift: Int = 0
    ) -> [UInt8] {
        let prefix = 16 + members.count * 16
        let size = prefix + members.reduce(0) { $0 + $1.key.count + $1.value.count }
        var bytes = header(FlatTag.record.rawValue, size: size)
        bytes.append(half: UInt32(members.count))
        bytes.append(half: flags)
        var position = prefix
        for (index, member) in members.enumerated() {
            bytes.append(word: hashes?[index] ?? member.key.withFlat { $0.hash })
            bytes.append(half: UInt32(position))
            bytes.append(half: UInt32(position + member.key.count + valueShift))
            position += member.key.count + member.value.count
        }
        return bytes + members.flatMap { $0.key + $0.value }
    }

    /// Elements in the order in which a canonical set holds them.
    static func ordered(_ elements: [[UInt8]]) -> [[UInt8]] {
        elements.sorted { left, right in
            let (first, second) = (left.withFlat { $0.hash }, right.withFlat { $0.hash })
            if first != second { return first < second }
            return left.withFlat { left in right.withFlat { left.precedes($0) } }
        }
    }
}
