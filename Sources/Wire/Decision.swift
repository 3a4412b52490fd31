/// The outcome of a decision; zero is neither, so that zeroed bytes are never an allow.
public enum Decision: UInt8, BitwiseCopyable, Sendable {
    /// The request may go on.
    case allow = 1
    /// The request must not go on.
    case deny = 2
}
