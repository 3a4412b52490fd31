/// Bounds on what a gateway may send in one message.
package struct CheckLimits: Sendable, Hashable {
    /// The longest CheckRequest, in bytes.
    package var maximumMessageBytes = 256 << 10
    /// The most headers in one request.
    package var maximumHeaders = 512
    /// The most context extensions in one request.
    package var maximumExtensions = 64

    /// Makes the default limits.
    package init() {}
}
