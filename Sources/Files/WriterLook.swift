import Glibc

/// Whether anybody has a file open for writing.
enum WriterLook {
    case none
    case some
    /// The system does not say: the file is another user's, or on a file system without leases.
    case unknown

    private static let setSignal: Int32 = 10
    private static let setLease: Int32 = 1024

    /// Asks for a read lease, which is granted only while nobody has the file open for writing, and gives
    /// it back at once, so that nobody has to wait for it.
    ///
    /// Source: Linux, `fcntl(2)`, "Leases"; the numbers are those of `<fcntl.h>`.
    init(_ descriptor: Int32) {
        // Whoever opens the file in this moment has the holder signalled, by default with one that ends
        // the process; this one is ignored unless somebody asks for it.
        guard fcntl(descriptor, Self.setSignal, SIGURG) == 0 else {
            self = .unknown
            return
        }
        guard fcntl(descriptor, Self.setLease, Int32(F_RDLCK)) == 0 else {
            self = errno == EAGAIN ? .some : .unknown
            return
        }
        _ = fcntl(descriptor, Self.setLease, Int32(F_UNLCK))
        self = .none
    }
}
