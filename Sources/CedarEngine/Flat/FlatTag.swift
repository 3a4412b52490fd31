/// The kind of a flat value, the first byte of its header.
///
/// The layout of every kind is in <doc:FlatValues>. Zero is no kind, so zeroed memory is no value.
package enum FlatTag: UInt8, BitwiseCopyable, Sendable {
    case bool = 1
    case long = 2
    case string = 3
    case entity = 4
    case decimal = 5
    case datetime = 6
    case duration = 7
    case ip = 8
    case set = 9
    case record = 10

    /// The kind that a byte stands for; `bool` for any other byte.
    // The compiler calls a function for `init(rawValue:)`; this becomes one subtraction.
    @inline(__always)
    init(byte: UInt8) {
        switch byte {
        case 2: self = .long
        case 3: self = .string
        case 4: self = .entity
        case 5: self = .decimal
        case 6: self = .datetime
        case 7: self = .duration
        case 8: self = .ip
        case 9: self = .set
        case 10: self = .record
        default: self = .bool
        }
    }
}

/// Offsets and bounds of the flat layout, in bytes.
enum FlatLayout {
    static let headerBytes = 8
    static let scalarBytes = 16
    static let ipBytes = 24
    static let stringPrefixBytes = 16
    static let entityPrefixBytes = 24
    static let collectionPrefixBytes = 16
    static let entryBytes = 16
    /// Flag in a set's prefix: every element is an entity.
    static let allEntitiesFlag: UInt32 = 1

    /// Rounds up to the next multiple of eight.
    static func padded(_ count: Int) -> Int { (count + 7) & ~7 }
}

/// The bounds on values that come from outside.
package enum FlatLimits {
    /// How many sets and records a value may stand in.
    package static let maximumDepth = 128
    /// The size of one value, in bytes.
    package static let maximumBytes = 16 << 20
}
