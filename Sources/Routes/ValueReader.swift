import CedarSyntax

/// A value that text converted to.
enum ReadValue: BitwiseCopyable {
    /// The bytes themselves: a string, or the id of an entity.
    case text
    case long(Int64)
    case bool(Bool)
    case decimal(Decimal)
    case ip(IPAddress)
}

/// Converts what a request carries to Cedar's types, strictly: one spelling each, as far as Cedar
/// has one.
enum ValueReader {
    /// Nil when the bytes do not convert.
    static func read<EntityType>(
        _ bytes: Span<UInt8>, _ kind: ValueKind<EntityType>
    ) -> ReadValue? {
        switch kind {
        case .string: bytes.isUTF8 ? .text : nil
        // An entity without a name is nobody's; a gateway that sends an empty field means none.
        case .entity: bytes.count > 0 && bytes.isUTF8 ? .text : nil
        case .long: long(bytes).map { .long($0) }
        case .bool:
            bytes.hasBytes(of: "true")
                ? .bool(true)
                : bytes.hasBytes(of: "false") ? .bool(false) : nil
        case .decimal: Decimal(parsing: bytes).map { .decimal($0) }
        case .ip: IPAddress(parsing: bytes).map { .ip($0) }
        }
    }

    /// `-?` and digits without leading zeros, in the range of a long.
    private static func long(_ bytes: Span<UInt8>) -> Int64? {
        let isNegative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        guard 1...19 ~= bytes.count - start,
            bytes[start] != UInt8(ascii: "0") || bytes.count == 1
        else { return nil }
        var value: Int64 = 0
        for index in start..<bytes.count {
            guard bytes[index].isDigit else { return nil }
            let digit = Int64(bytes[index] - UInt8(ascii: "0"))
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) =
                isNegative
                ? product.subtractingReportingOverflow(digit)
                : product.addingReportingOverflow(digit)
            guard !tooLarge, !overflow else { return nil }
            value = sum
        }
        return value
    }
}
