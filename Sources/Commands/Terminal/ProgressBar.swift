/// A line that shows how far long work is; silent where standard error is no terminal.
final class ProgressBar {
    private let label: String
    private let isShown: Bool
    private var lastDrawn: ContinuousClock.Instant?
    private let started = ContinuousClock.now

    init(_ label: String, isShown: Bool = Terminal.error.isInteractive) {
        self.label = label
        self.isShown = isShown
    }

    /// Draws the bar, at most ten times a second.
    ///
    /// - Parameters:
    ///   - fraction: how much is done, 0 to 1; nil when the end is not known.
    ///   - detail: a count or a rate.
    func update(_ fraction: Double?, _ detail: String) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return }
        lastDrawn = now
        var line = "\r\(label) "
        if let fraction {
            let width = 30
            let filled = Int(Double(width) * min(max(fraction, 0), 1))
            line += String(repeating: "█", count: filled)
            line += String(repeating: "░", count: width - filled)
            line += " \(Int(fraction * 100))%"
        }
        writeAll(line + "  \(detail)\u{1B}[K", to: 2)
    }

    /// Removes the bar.
    func finish() {
        if isShown, lastDrawn != nil { writeAll("\r\u{1B}[K", to: 2) }
    }
}
