/// Decides the line breaks of layouts and writes their text.
///
/// A group is written on one line when it fits together with what follows it up to the next place
/// where a line may end. Lines that would be blank are left out, except inside of strings.
struct LayoutRenderer {
    private let source: [UInt8]
    private let lineWidth: Int
    private let maximumBytes: Int
    private(set) var output: [UInt8] = []

    /// The column the next character comes to.
    private var column = 0
    private var part = Part(indent: 0, isFlat: false)
    private var outerParts: [Part] = []
    /// Where the output begins that lies behind the last opaque word.
    private var plainStart = 0
    /// Where the last line of that output begins, behind the line break before it.
    private var lineStart = 0

    /// What holds for the pieces between `group` or `nest` and its `end`.
    private struct Part: BitwiseCopyable {
        var indent: Int
        var isFlat: Bool
    }

    init(_ source: [UInt8], lineWidth: Int, maximumBytes: Int) {
        self.source = source
        self.lineWidth = lineWidth
        self.maximumBytes = maximumBytes
    }

    /// Writes bytes as they are.
    mutating func write(_ bytes: some Collection<UInt8>) {
        output += bytes
    }

    /// Writes a layout without white space at its ends.
    mutating func render(_ layout: Layout) throws(FormatFailure) {
        let start = output.count
        column = 0
        part = Part(indent: 0, isFlat: false)
        outerParts.removeAll(keepingCapacity: true)
        plainStart = start
        lineStart = start
        let pieces = layout.pieces
        var index = 0
        while index < pieces.count {
            switch pieces[index] {
            case .text(let span, let width, let isOpaque):
                output += source[Int(span.start)..<Int(span.end)]
                column += Int(width)
                if isOpaque {
                    plainStart = output.count
                    lineStart = output.count
                }
            case .space: writeSpace()
            case .line where part.isFlat: writeSpace()
            case .softLine where part.isFlat: break
            case .line, .softLine, .hardLine:
                try breakLine(pieces, &index)
                continue
            case .group:
                outerParts.append(part)
                if !part.isFlat { part.isFlat = fits(pieces, from: index + 1) }
            case .nest(let width):
                outerParts.append(part)
                part.indent += Int(width)
            case .end: leavePart()
            case .nothing: break
            }
            index += 1
        }
        trim(from: start)
    }

    private mutating func writeSpace() {
        output.append(UInt8(ascii: " "))
        column += 1
    }

    private mutating func leavePart() {
        if let outer = outerParts.popLast() { part = outer }
    }

    /// Breaks the line and goes on behind it, indented as what follows.
    private mutating func breakLine(
        _ pieces: [Layout.Piece], _ index: inout Int
    ) throws(FormatFailure) {
        output.append(0x0A)
        // The first line break behind an opaque word ends that word's line.
        let endsOpaqueLine = output.count == plainStart + 1
        if !endsOpaqueLine, output[lineStart...].allSatisfy({ $0 == 0x20 || $0 == 0x0A }) {
            output.removeLast(output.count - lineStart)
        }
        lineStart = output.count
        index += 1
        skipping: while index < pieces.count {
            switch pieces[index] {
            case .end: leavePart()
            case .nothing: break
            default: break skipping
            }
            index += 1
        }
        guard output.count + part.indent <= maximumBytes else {
            throw .tooLarge(limit: maximumBytes)
        }
        output += repeatElement(UInt8(ascii: " "), count: part.indent)
        column = part.indent
    }

    /// Whether the group that begins at an index can stay on the current line.
    private func fits(_ pieces: [Layout.Piece], from start: Int) -> Bool {
        var column = column
        var depth = 1
        for index in start..<pieces.count {
            switch pieces[index] {
            case .text(_, let width, _): column += Int(width)
            case .space: column += 1
            case .line:
                if depth == 0 { return true }
                column += 1
            case .softLine: if depth == 0 { return true }
            case .hardLine: return depth == 0
            case .group, .nest: if depth > 0 { depth += 1 }
            case .end: if depth > 0 { depth -= 1 }
            case .nothing: break
            }
            if column > lineWidth { return false }
        }
        return true
    }

    /// Removes the white space at the ends of what was written from an offset on.
    private mutating func trim(from start: Int) {
        while output.count > start, let last = output.last, last == 0x20 || last == 0x0A {
            output.removeLast()
        }
        var first = start
        while first < output.count, output[first] == 0x20 || output[first] == 0x0A { first += 1 }
        output.removeSubrange(start..<first)
    }
}
