/// The bounds on a request that is to be matched.
package enum RequestLimits {
    /// The longest path, in bytes as received.
    package static let maximumPathBytes = 8 << 10
    /// The longest query, in bytes as received.
    package static let maximumQueryBytes = 8 << 10
    /// The most segments of a path.
    package static let maximumSegments = 128
    /// The most pairs of a query.
    package static let maximumPairs = 256
    /// The longest method, in bytes.
    package static let maximumMethodBytes = 32
    /// The longest host, in bytes without its port.
    package static let maximumHostBytes = 253
    /// The most header fields.
    package static let maximumHeaders = 256
    /// The most bytes of all header fields together.
    package static let maximumHeaderBytes = 128 << 10
}
