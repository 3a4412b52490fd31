/// The bounds of one connection.
package struct ConnectionLimits: BitwiseCopyable, Sendable {
    /// Calls that may be open at once.
    package var maximumStreams = 1000
    /// The largest header list, in bytes as HPACK counts them.
    package var maximumHeaderListBytes = 16 << 10
    /// The longest message of a call, in bytes.
    package var maximumMessageBytes = 1 << 20
    /// Bytes of unfinished messages, with their padding.
    package var maximumHeldBytes = 1 << 20
    /// Bytes of answers that wait for the other end's windows.
    package var maximumUnsentBytes = 4 << 20
    /// Frames in ten seconds that bring no call on: PING, SETTINGS, PRIORITY, empty ones, unknown
    /// ones, and window updates that no answer called for.
    package var maximumControlFrames = 500
    /// Streams in ten seconds that are reset by the other end or for what it did.
    package var maximumResets = 5000
    /// How long the beginning of a connection and a header block may take, in nanoseconds.
    package var patienceNanoseconds: UInt64 = 5_000_000_000
    /// How long our settings may stay unacknowledged, in nanoseconds.
    package var settingsNanoseconds: UInt64 = 10_000_000_000

    /// Makes limits with the defaults.
    package init() {}

    /// The window of a stream: a whole message fits, so that it never has to grow.
    var streamWindow: Int { max(maximumMessageBytes, 65_535) }

    /// The compressed size of a header block beyond which it is no use to go on.
    var maximumBlockBytes: Int { 2 * maximumHeaderListBytes }

    /// Frames that one header block may be spread over.
    var maximumBlockFrames: Int { 5 + maximumHeaderListBytes / FrameHead.maximumPayloadBytes }
}

/// Counts events in periods of ten seconds.
struct EventLimit: BitwiseCopyable {
    private static let periodNanoseconds: UInt64 = 10_000_000_000

    private let maximum: Int
    private var count = 0
    private var periodEnd: UInt64 = 0

    init(maximum: Int) { self.maximum = maximum }

    /// Counts one; too many are an attack.
    mutating func count(_ now: UInt64) throws(ConnectionError) {
        if now >= periodEnd {
            periodEnd = now &+ Self.periodNanoseconds
            count = 0
        }
        count += 1
        if count > maximum { throw ConnectionError(.enhanceYourCalm) }
    }
}
