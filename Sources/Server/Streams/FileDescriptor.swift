import CEpoll
import Glibc

/// An owned file descriptor, closed at the end of its life.
struct FileDescriptor: ~Copyable {
    /// The descriptor; never negative.
    let number: Int32

    /// Takes `number` over; `nil` when it is negative.
    init?(owning number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { _ = close(number) }

    /// Gives the descriptor to the caller, who must close it.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// An eventfd that wakes a thread from its poll; any thread may signal it.
final class WakeSignal: Sendable {
    /// The descriptor to poll for input.
    let number: Int32

    init(path: String) throws(StreamSocketError) {
        number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if number < 0 {
            throw .system(operation: "make an event descriptor for", path: path, code: errno)
        }
    }

    deinit { _ = close(number) }

    /// Wakes the thread; safe in a signal handler.
    func signal() {
        var one: UInt64 = 1
        _ = unsafe write(number, &one, 8)
    }

    /// Forgets the signals so far.
    func clear() {
        var value: UInt64 = 0
        _ = unsafe read(number, &value, 8)
    }
}

/// Socket flags as the calls take them: do not wait, do not raise SIGPIPE.
var dontWait: Int32 { Int32(truncatingIfNeeded: MSG_DONTWAIT) }
var noSignal: Int32 { Int32(truncatingIfNeeded: MSG_NOSIGNAL) }
