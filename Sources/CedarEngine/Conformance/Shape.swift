/// What a schema says of one value, in a form that is read without decoding.
struct Shape: BitwiseCopyable {
    enum Content: UInt8, BitwiseCopyable {
        /// The tag says it all.
        case scalar
        /// `first`: offset of an entity of the type; `second`: offset of the set of those that may
        /// exist, or ``none`` for any id.
        case entity
        /// `first`: the shape of the elements.
        case set
        /// `first` and `second`: the run of its attributes.
        case record
    }

    var tag: FlatTag
    var content: Content
    var first: UInt32 = 0
    var second: UInt32 = 0

    static let none = UInt32.max
}

/// One attribute of a closed record; those of a record stand together in the order of flat records.
struct AttributeShape: BitwiseCopyable {
    var hash: UInt64
    /// Offset of the name among the constants.
    var key: UInt32
    var shape: UInt32
    var isRequired: Bool
}

/// One action: what may be asked about it, and what it is as an entity.
struct ActionShape: BitwiseCopyable {
    var hash: UInt64
    /// Offset of its record among the constants.
    var record: UInt32
    /// Offset of the set of its ancestors, or ``Shape/none``.
    var ancestors: UInt32
    /// Runs of the shapes of principals and resources, which stand one after the other.
    var firstPrincipal: UInt32
    var firstResource: UInt32
    var endOfResources: UInt32
    var context: UInt32
}
