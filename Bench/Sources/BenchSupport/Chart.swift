import Glibc

/// A chart as SVG: lines over a logarithmic axis, or dots over names. One idea a chart.
package struct Chart: Sendable {
    /// Points of one colour, named at the last one.
    package struct Series: Sendable {
        package var name: String
        package var points: [(x: Double, y: Double)]

        package init(_ name: String, _ points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points
        }
    }

    package var title: String
    package var horizontal: String
    package var vertical: String
    package var series: [Series]
    /// Names of x = 0, 1, …; without them the axis is logarithmic with base 10.
    package var categories: [String]

    package init(
        _ title: String, horizontal: String, vertical: String, series: [Series],
        categories: [String] = []
    ) {
        self.title = title
        self.horizontal = horizontal
        self.vertical = vertical
        self.series = series.filter { !$0.points.isEmpty }
        self.categories = categories
    }

    private static let width = 720.0
    private static let height = 400.0
    private static let left = 70.0
    private static let right = 150.0
    private static let top = 48.0
    private static let bottom = 52.0
    private static let colours = [
        "#1f6feb", "#d1570a", "#1a7f37", "#8250df", "#9a6700", "#cf222e", "#57606a",
    ]

    /// The chart; the vertical axis begins at zero.
    package var svg: String {
        let points = series.flatMap(\.points)
        let step = Self.step(for: points.map(\.y).max() ?? 1)
        let highest = max(step, ((points.map(\.y).max() ?? 1) / step).rounded(.up) * step)
        let xs = points.map { position($0.x) }
        let (low, high) = (xs.min() ?? 0, xs.max() ?? 1)
        let span = max(high - low, 1e-9)
        let area = (
            width: Self.width - Self.left - Self.right, height: Self.height - Self.top - Self.bottom
        )
        func x(_ value: Double) -> Double {
            Self.left + (position(value) - low) / span * area.width
        }
        func y(_ value: Double) -> Double {
            Self.top + (1 - value / highest) * area.height
        }
        var parts = [head]
        var mark = 0.0
        while mark <= highest * 1.0001 {
            parts.append(
                line(Self.left, y(mark), Self.left + area.width, y(mark), "#d0d7de")
                    + text(Self.left - 8, y(mark) + 4, Self.short(mark), anchor: "end"))
            mark += step
        }
        for tick in ticks(xs.isEmpty ? [] : points.map(\.x)) {
            parts.append(
                text(x(tick.value), Self.height - Self.bottom + 18, tick.name, anchor: "middle"))
        }
        for (index, series) in series.enumerated() {
            parts.append(
                drawn(
                    Self.colours[index % Self.colours.count],
                    series.points.map { (x($0.x), y($0.y)) }))
        }
        parts.append(contentsOf: labels { y($0) })
        parts.append(
            text(
                Self.left + area.width / 2, Self.height - 12, horizontal, anchor: "middle",
                colour: "#57606a"))
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }

    private func position(_ x: Double) -> Double { categories.isEmpty ? log10(max(x, 1e-9)) : x }

    private var head: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
        font-family="system-ui, sans-serif" font-size="12">
        <title>\(Self.escaped(title))</title>
        <rect width="100%" height="100%" fill="#ffffff"/>
        \(text(Self.left, 22, title, size: 15, colour: "#1f2328"))
        \(text(Self.left, 39, vertical, colour: "#57606a"))
        """
    }

    /// The names of the lines, at their ends and apart from each other.
    private func labels(_ y: (Double) -> Double) -> [String] {
        let ends = series.enumerated().compactMap { index, series in
            series.points.last.map { (index, series.name, y($0.y)) }
        }.sorted { $0.2 < $1.2 }
        var last = -Double.infinity
        return ends.map { index, name, place in
            last = max(place, last + 15)
            return text(
                Self.width - Self.right + 10, last + 4, name,
                colour: Self.colours[index % Self.colours.count])
        }
    }

    private func ticks(_ xs: [Double]) -> [(value: Double, name: String)] {
        if !categories.isEmpty {
            return categories.enumerated().map { (Double($0), $1) }
        }
        return Array(Set(xs)).sorted().map { ($0, Self.short($0)) }
    }

    /// Points, joined by lines unless they stand for things without an order.
    private func drawn(_ colour: String, _ points: [(Double, Double)]) -> String {
        let places = points.map {
            ($0.0.fixed(1, isGrouped: false), $0.1.fixed(1, isGrouped: false))
        }
        let dots = places.map {
            "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"\(categories.isEmpty ? 3 : 5)\" "
                + "fill=\"\(colour)\"/>"
        }.joined()
        guard categories.isEmpty else { return dots }
        let path = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
        return "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" "
            + "stroke-width=\"2\"/>" + dots
    }

    private func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String
    ) -> String {
        "<line x1=\"\(x1.fixed(1, isGrouped: false))\" y1=\"\(y1.fixed(1, isGrouped: false))\" "
            + "x2=\"\(x2.fixed(1, isGrouped: false))\" y2=\"\(y2.fixed(1, isGrouped: false))\" "
            + "stroke=\"\(colour)\"/>"
    }

    private func text(
        _ x: Double, _ y: Double, _ text: String, anchor: String = "start", size: Int = 12,
        colour: String = "#1f2328"
    ) -> String {
        "<text x=\"\(x.fixed(1, isGrouped: false))\" y=\"\(y.fixed(1, isGrouped: false))\" "
            + "text-anchor=\"\(anchor)\" font-size=\"\(size)\" fill=\"\(colour)\">"
            + "\(Self.escaped(text))</text>"
    }

    /// Text that means nothing to XML.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A round distance between marks that gives at most six of them.
    static func step(for highest: Double) -> Double {
        guard highest > 0, highest.isFinite else { return 1 }
        let power = pow(10, floor(log10(highest / 5)))
        for factor in [1.0, 2, 5] where highest / (power * factor) <= 6 { return power * factor }
        return power * 10
    }

    /// 1500 as "1.5k", 2000000 as "2M".
    static func short(_ value: Double) -> String {
        for (limit, suffix) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= limit {
            return trimmed(value / limit) + suffix
        }
        return trimmed(value)
    }

    private static func trimmed(_ value: Double) -> String {
        for decimals in 0...2 {
            let text = value.fixed(decimals, isGrouped: false)
            if let shown = Double(text), abs(shown - value) <= abs(value) * 1e-6 { return text }
        }
        return value.fixed(2, isGrouped: false)
    }
}
