/// Why a connection is refused; the numbers are stable.
public enum RefusalReason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// The frame's version is not one the server speaks.
    case wrongVersion = 1
    /// The frame's kind is unknown or not one a client may send.
    case unknownKind = 2
    /// The frame's length or flags are wrong, or the connection ended inside a frame.
    case malformedFrame = 3
    /// The frame is longer than the server accepts.
    case frameTooLarge = 4
    /// The server has no room for the connection or its data.
    case overloaded = 5
    /// The peer's user and group, or its SPIFFE id, are not on the server's list, or its certificate
    /// is not believed any more.
    case unauthorizedPeer = 6
    /// The server is stopping; requests without an answer were not decided.
    case shuttingDown = 7
    /// A frame was begun and not finished in time.
    case incompleteFrameTimeout = 8
}
