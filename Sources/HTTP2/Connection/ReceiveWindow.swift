/// How much the other end may send on a connection before something is answered.
///
/// What unfinished messages hold is not given back, so that they cannot hold more than the window.
/// Source: RFC 9113, section 5.2.
struct ReceiveWindow: BitwiseCopyable {
    /// What HTTP/2 grants before anything is said.
    private static let initialBytes = 65_535

    private let sizeBytes: Int
    private var available: Int
    private var released = 0

    init(sizeBytes: Int) {
        self.sizeBytes = max(sizeBytes, Self.initialBytes + 1)
        available = self.sizeBytes
    }

    /// What to grant at first beyond what HTTP/2 does.
    var firstIncrement: Int { sizeBytes - Self.initialBytes }

    /// Notes bytes that came, padding and all.
    mutating func take(_ bytes: Int) throws(ConnectionError) {
        available -= bytes
        if available < 0 { throw ConnectionError(.flowControlError) }
    }

    /// Notes bytes that are held no more.
    /// - Returns: what to grant now; 0 when it is not worth a frame.
    mutating func release(_ bytes: Int) -> Int {
        released += bytes
        guard released >= sizeBytes / 4 else { return 0 }
        let increment = released
        available += increment
        released = 0
        return increment
    }
}
