import Synchronization

/// What the agent has done so far.
package struct SPOEStatistics: BitwiseCopyable, Sendable, Equatable {
    /// One figure.
    package enum Figure: Int, CaseIterable, Sendable {
        /// Questions that were allowed.
        case allowed
        /// Questions that policies denied, and allows that could not be sent.
        case denied
        /// Questions that were denied for another cause.
        case refused
        /// Those of them that were no questions.
        case malformed
        /// Looks of HAProxy whether somebody is here.
        case healthChecks
        /// Connections ended because of what they sent.
        case invalidFrames
    }

    private static let count = 6
    private var values: [6 of UInt64] = .init(repeating: 0)

    package init() {}

    /// The value of a figure.
    package internal(set) subscript(figure: Figure) -> UInt64 {
        get { values[figure.rawValue] }
        set { values[figure.rawValue] = newValue }
    }

    /// Adds another worker's figures.
    mutating func add(_ other: SPOEStatistics) {
        for figure in Figure.allCases { self[figure] &+= other[figure] }
    }

    package static func == (left: SPOEStatistics, right: SPOEStatistics) -> Bool {
        Figure.allCases.allSatisfy { left[$0] == right[$0] }
    }
}

/// Where a worker lays its figures for others to read.
///
/// One thread publishes; any thread reads. Each figure is whole; together they are not one instant.
package final class SPOEBoard: Sendable {
    private let cells: [6 of Atomic<UInt64>] = .init { _ in Atomic(0) }

    package init() {}

    func publish(_ figures: SPOEStatistics) {
        for figure in SPOEStatistics.Figure.allCases {
            cells[figure.rawValue].store(figures[figure], ordering: .relaxed)
        }
    }

    package var figures: SPOEStatistics {
        var figures = SPOEStatistics()
        for figure in SPOEStatistics.Figure.allCases {
            figures[figure] = cells[figure.rawValue].load(ordering: .relaxed)
        }
        return figures
    }
}
