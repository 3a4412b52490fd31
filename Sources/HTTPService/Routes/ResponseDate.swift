import Glibc
import Synchronization

/// The value of the header field `Date`, made anew once a second.
///
/// Source: RFC 9110, sections 5.6.7 and 6.6.1.
final class ResponseDate: Sendable {
    private let known = Mutex<(second: Int, text: String)>((Int.min, ""))

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// As in `Sun, 06 Nov 1994 08:49:37 GMT`.
    var text: String {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return text(at: time.tv_sec)
    }

    /// - Parameter second: since 1970.
    func text(at second: Int) -> String {
        known.withLock { known in
            if known.second != second { known = (second, Self.text(second)) }
            return known.text
        }
    }

    private static func text(_ second: Int) -> String {
        var second = time_t(second)
        var parts = unsafe tm()
        unsafe gmtime_r(&second, &parts)
        let (day, month) = unsafe (Int(parts.tm_wday), Int(parts.tm_mon))
        let (date, year) = unsafe (parts.tm_mday, parts.tm_year)
        let (hour, minute, seconds) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[day]), \(two(date)) \(months[month]) \(Int(year) + 1900) "
            + "\(two(hour)):\(two(minute)):\(two(seconds)) GMT"
    }
}
