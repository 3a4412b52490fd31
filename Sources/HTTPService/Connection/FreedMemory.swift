import CEpoll

/// Gives memory back to the system once many connections have ended.
///
/// The C library keeps what connections used for the next ones. After 1,000 at once it held 55 MB of which
/// 3 MB were in use, and each such burst made some more of its pages resident, about 20 MB over ten.
/// Where connections come and go a few at a time nothing is given back, as the pages would only have to
/// be fetched again.
struct FreedMemory {
    /// How many connections must have ended, below the most that were open at once.
    static let connections: UInt64 = 256

    private let open: () -> UInt64
    private var most: UInt64 = 0

    /// - Parameter open: how many connections are open.
    init(_ open: @escaping () -> UInt64) { self.open = open }

    /// Looks how many connections are open; call it about once a second.
    ///
    /// - Returns: whether memory is to be given back.
    mutating func isDue() -> Bool {
        let now = open()
        most = max(most, now)
        guard most - now >= Self.connections else { return false }
        most = now
        return true
    }

    /// Gives back whole pages that nobody uses, of all arenas; some milliseconds.
    static func release() { _ = malloc_trim(0) }
}
