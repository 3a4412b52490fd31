import CEpoll

/// Gives memory back to the system once many connections have ended.
///
/// The C library keeps what connections used for the next ones. After 1,000 at once it held 55 MB of which
/// 3 MB were in use, and each such burst made some more of its pages resident, about 20 MB over ten.
/// While connections come and go all the time nothing is given back, as the pages would only have to be
/// fetched again.
struct FreedMemory {
    /// How many connections must have ended since the last time, and in a burst below the most that were
    /// open.
    static let connections: UInt64 = 256
    /// How many end in a second at most where it is quiet.
    static let quiet: UInt64 = 16

    private let count: () -> (open: UInt64, ended: UInt64)
    private var most: UInt64 = 0
    /// How many had ended at the last look, and when memory was given back last.
    private var last: UInt64 = 0
    private var released: UInt64 = 0

    /// - Parameter count: how many connections are open, and how many have ended since the start.
    init(_ count: @escaping () -> (open: UInt64, ended: UInt64)) { self.count = count }

    /// Looks what connections do; call it about once a second.
    ///
    /// - Returns: whether memory is to be given back.
    mutating func isDue() -> Bool {
        let (open, ended) = count()
        most = max(most, open)
        let isBurstOver = most - open >= Self.connections
        let isQuiet = ended - released >= Self.connections && ended - last < Self.quiet
        last = ended
        guard isBurstOver || isQuiet else { return false }
        most = open
        released = ended
        return true
    }

    /// Gives back whole pages that nobody uses, of all arenas; some milliseconds.
    static func release() { _ = malloc_trim(0) }
}
