/// Limits of a client's connection.
public struct ConnectionOptions: Sendable {
    /// How long to wait for the server to take the connection.
    public var connectTimeout: Duration = .seconds(5)
    /// How long one call may wait for a response, or for the server to take a request.
    public var responseTimeout: Duration = .seconds(5)
    /// The largest frame in bytes, in either direction.
    public var maximumFrameBytes = 1 << 20
    /// The largest number of questions in a batch.
    public var maximumBatchItems = 4096
    /// The largest number of requests without a response.
    public var maximumUnanswered = 65_536
    /// Bytes of responses that are kept while requests are being sent.
    public var maximumBufferedBytes = 16 << 20
    /// The users as whom the server may run; `nil` accepts any.
    public var serverUserIDs: Set<UInt32>?

    /// Makes options with the defaults.
    public init() {}
}
