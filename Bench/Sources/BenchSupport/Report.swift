import Glibc
import JSON

/// A measured table: printed for people, written as JSON for programs.
package struct Report: Sendable {
    /// One value of a row.
    package enum Cell: Sendable, Equatable {
        case text(String)
        case count(Int)
        /// A number shown with so many decimals; JSON has it with six significant digits.
        case number(Double, decimals: Int)
        /// Not measured.
        case absent
    }

    /// What was measured.
    package var title: String
    /// Names of the columns, with their units.
    package var columns: [String]
    package private(set) var rows: [[Cell]] = []
    /// Sentences below the table.
    package var notes: [String] = []

    package init(_ title: String, columns: [String]) {
        self.title = title
        self.columns = columns
    }

    /// Adds a row; it has a value for each column.
    package mutating func add(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row has a value for each column")
        rows.append(row)
    }

    /// The table with aligned columns; what is no text stands right.
    package var table: String {
        let texts = rows.map { $0.map(\.text) }
        let widths = columns.indices.map { column in
            texts.reduce(columns[column].count) { max($0, $1[column].count) }
        }
        func line(_ cells: [String], _ isRight: (Int) -> Bool) -> String {
            let padded = cells.enumerated().map { index, cell in
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                return isRight(index) ? padding + cell : cell + padding
            }
            let joined = padded.joined(separator: "  ")
            return String(joined.reversed().drop { $0 == " " }.reversed())
        }
        func isRight(_ column: Int) -> Bool {
            rows.contains { row in
                if case .text = row[column] { false } else { row[column] != .absent }
            }
        }
        let right = columns.indices.map(isRight)
        var lines = [title, "", line(columns) { right[$0] }]
        for row in texts { lines.append(line(row) { right[$0] }) }
        if !notes.isEmpty { lines += [""] + notes }
        return lines.joined(separator: "\n")
    }

    /// The table as one JSON object with what is known of machine and time.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("title")
        writer.string(title)
        writer.key("seconds")
        writer.integer(Int64(time(nil)))
        writer.key("machine")
        writer.string(Machine.description)
        writer.key("rows")
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            for (name, cell) in zip(columns, row) {
                writer.key(name)
                cell.write(to: &writer)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("notes")
        writer.beginArray()
        for note in notes { writer.string(note) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension Report.Cell {
    var text: String {
        switch self {
        case .text(let text): text
        case .count(let count): grouped(String(count))
        case .number(let number, let decimals): number.fixed(decimals)
        case .absent: "–"
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .count(let count): writer.integer(Int64(count))
        case .number(let number, let decimals):
            guard number.isFinite else { return writer.null() }
            let digits = Array(number.fixed(max(decimals, 3), isGrouped: false).utf8)
            writer.number(utf8: digits.span)
        case .absent: writer.null()
        }
    }
}

extension Double {
    /// The number with so many decimals, rounded, thousands apart.
    package func fixed(_ decimals: Int, isGrouped: Bool = true) -> String {
        guard isFinite, magnitude < 1e15 else { return "\(self)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int64((magnitude * scale).rounded())
        let sign = self < 0 && scaled != 0 ? "-" : ""
        let whole = String(scaled / Int64(scale))
        let shown = sign + (isGrouped ? grouped(whole) : whole)
        guard decimals > 0 else { return shown }
        let digits = String(scaled % Int64(scale))
        return shown + "." + String(repeating: "0", count: decimals - digits.count) + digits
    }
}

/// A whole number in digits, with a comma before each group of three.
private func grouped(_ number: String) -> String {
    let isNegative = number.hasPrefix("-")
    let digits = isNegative ? number.dropFirst() : number[...]
    var result = isNegative ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
        result.append(digit)
    }
    return result
}
