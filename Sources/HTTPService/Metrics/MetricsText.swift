/// Figures in Prometheus' text format, put together family by family.
///
/// Source: Prometheus documentation, "Exposition formats", text format 0.0.4.
package struct MetricsText {
    /// What becomes of a figure over time.
    package enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private var families: [(name: String, head: String, samples: String)] = []
    private var current = 0

    package init() {}

    /// Begins the samples of a family; one that was begun before is gone on with.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        if let known = families.firstIndex(where: { $0.name == name }) {
            current = known
            return
        }
        current = families.count
        families.append((name, "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n", ""))
    }

    /// Adds a sample to the family that was begun last.
    package mutating func add(_ value: UInt64, _ labels: [(String, String)] = []) {
        add(suffix: "", "\(value)", labels)
    }

    /// Adds a histogram to the family that was begun last.
    ///
    /// - Parameters:
    ///   - counts: how many fell into each bucket; the last one is for what is above all bounds.
    ///   - bounds: the upper bounds of the other buckets, in nanoseconds.
    ///   - sum: of all, in nanoseconds.
    package mutating func addHistogram(
        _ counts: [UInt64], bounds: [UInt64], sum: UInt64, _ labels: [(String, String)]
    ) {
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Self.seconds(bounds[index]) : "+Inf"
            add(suffix: "_bucket", "\(total)", labels + [("le", bound)])
        }
        add(suffix: "_sum", Self.seconds(sum), labels)
        add(suffix: "_count", "\(total)", labels)
    }

    private mutating func add(
        suffix: String, _ value: String, _ labels: [(String, String)]
    ) {
        guard families.indices.contains(current) else { return }
        var line = families[current].name + suffix
        if !labels.isEmpty {
            line += "{"
            line += labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            line += "}"
        }
        families[current].samples += "\(line) \(value)\n"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000)
        let digits = String(repeating: "0", count: 9 - fraction.count) + fraction
        return "\(nanoseconds / 1_000_000_000).\(digits)"
    }

    /// All families, each in one piece.
    package func finished() -> String {
        families.filter { !$0.samples.isEmpty }.map { $0.head + $0.samples }.joined()
    }
}
