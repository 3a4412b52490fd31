import Glibc
import Synchronization

/// Whether SIGTERM or SIGINT has asked a reader that would go on for ever to end.
enum EndRequest {
    /// Takes the signals over. Who waits must look at ``isMade`` now and then: a signal may come to
    /// another thread.
    static func install() {
        for number in [SIGTERM, SIGINT] {
            var action = sigaction()
            // Only what signal-safety(7) allows: an atomic write.
            unsafe action.__sigaction_handler.sa_handler = { _ in
                wasMade.store(true, ordering: .releasing)
            }
            _ = unsafe sigaction(number, &action, nil)
        }
    }

    static var isMade: Bool { wasMade.load(ordering: .acquiring) }
}

private let wasMade = Atomic<Bool>(false)
