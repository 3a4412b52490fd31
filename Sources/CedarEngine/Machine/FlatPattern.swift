import CedarSyntax

/// A compiled `like` pattern: literal pieces between wildcards.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–3 | number of pieces, at least one |
/// | 4–7 | zero |
/// | 8– | offset and length of each piece, four bytes each |
/// | … | the pieces' UTF-8 bytes |
///
/// Matching bytes is matching scalars: pieces are whole scalars, and in UTF-8 a whole scalar
/// matches nowhere but at the start of one.
struct FlatPattern: BitwiseCopyable {
    let flat: FlatBytes

    init(_ flat: FlatBytes) { self.flat = flat }

    static func bytes(of pattern: Pattern) -> [UInt8] {
        var pieces: [[UInt8]] = [[]]
        for element in pattern.elements {
            switch element {
            case .wildcard: pieces.append([])
            case .scalar(let scalar): pieces[pieces.count - 1] += Array(String(scalar).utf8)
            }
        }
        var bytes: [UInt8] = []
        bytes.append(half: UInt32(pieces.count))
        bytes.append(half: 0)
        var offset = 8 + pieces.count * 8
        for piece in pieces {
            bytes.append(half: UInt32(offset))
            bytes.append(half: UInt32(piece.count))
            offset += piece.count
        }
        return bytes + pieces.joined()
    }

    @inline(__always)
    private func piece(_ index: Int) -> (offset: Int, count: Int) {
        (Int(flat.half(8 + index * 8)), Int(flat.half(12 + index * 8)))
    }

    /// Whether the whole string matches.
    ///
    /// The first piece is bound to the start, the last to the end; those between take the first
    /// place that fits, which leaves the most room to the rest.
    func matches(_ string: FlatString) -> Bool {
        let pieces = Int(flat.half(0))
        let count = string.count
        let first = piece(0)
        guard matches(first, string, at: 0, limit: count) else { return false }
        if pieces == 1 { return first.count == count }
        let last = piece(pieces - 1)
        let end = count - last.count
        guard end >= first.count, matches(last, string, at: end, limit: count) else {
            return false
        }
        var position = first.count
        for index in 1..<(pieces - 1) {
            let piece = piece(index)
            while !matches(piece, string, at: position, limit: end) {
                position += 1
                if position + piece.count > end { return false }
            }
            position += piece.count
        }
        return true
    }

    @inline(__always)
    private func matches(
        _ piece: (offset: Int, count: Int), _ string: FlatString, at position: Int, limit: Int
    ) -> Bool {
        guard position + piece.count <= limit else { return false }
        return flat.advanced(by: piece.offset).equals(
            string.flat.advanced(by: FlatLayout.stringPrefixBytes + position),
            count: piece.count)
    }
}
