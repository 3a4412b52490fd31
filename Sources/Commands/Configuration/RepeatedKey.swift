/// Finds where a key stands for the second time in a mapping: the library tells the first place.
enum RepeatedKey {
    /// - Parameters:
    ///   - line: of the first place, and its column.
    /// - Returns: the line; the first one when the second place is not on a line of its own, as in
    ///   `{a: 1, a: 2}`.
    static func line(
        of name: String, after line: Int, column: Int, in file: InputFile
    ) -> Int {
        let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let indent = column - 1
        for index in lines.indices.dropFirst(line) {
            let text = lines[index].drop { $0 == 0x20 }
            guard let start = text.first, start != UInt8(ascii: "#") else { continue }
            let own = lines[index].count - text.count
            // The mapping ends where less is indented.
            if own < indent { return line }
            guard own == indent, text.starts(with: name.utf8) else { continue }
            let next = text.dropFirst(name.utf8.count).first { $0 != 0x20 }
            if next == UInt8(ascii: ":") { return index + 1 }
        }
        return line
    }
}
