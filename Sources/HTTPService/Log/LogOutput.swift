import Glibc
import Synchronization

/// A file that lines are logged to, by several writers, each line in one piece.
package final class LogOutput: Sendable {
    package static let standardError = LogOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let isBusy = Mutex(())

    /// - Parameter descriptor: an open file.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes whole lines, and waits for whoever reads them: for a ``LogQueue``'s thread. A file that cannot
    /// be written is left alone.
    package func write(_ lines: [UInt8]) {
        isBusy.withLock { _ in
            var start = 0
            while start < lines.count {
                let count = unsafe lines.withUnsafeBytes { bytes in
                    unsafe Glibc.write(
                        descriptor, bytes.baseAddress?.advanced(by: start), lines.count - start)
                }
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return }
                start += count
            }
        }
    }
}

/// The time of lines of the log.
enum LogTime {
    /// UTC, RFC 3339, to the microsecond.
    static func now() -> String {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        var parts = unsafe tm()
        unsafe gmtime_r(&time.tv_sec, &parts)
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        func digits(_ value: Int, _ count: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return digits(Int(year), 4) + "-" + digits(Int(month)) + "-" + digits(Int(day)) + "T"
            + digits(Int(hour)) + ":" + digits(Int(minute)) + ":" + digits(Int(second)) + "."
            + digits(time.tv_nsec / 1000, 6) + "Z"
    }
}
