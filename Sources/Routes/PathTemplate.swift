/// The shape of a path: `/accounts/{account}/payments/{payment}`, `/files/{rest...}`.
package struct PathTemplate: Hashable, Sendable {
    package enum Segment: Hashable, Sendable {
        /// Decoded bytes that the segment must have; none only at the end, for a final `/`.
        case literal([UInt8])
        /// Any one segment that is not empty.
        case capture(String)
        /// All segments from here, at least one that is not empty; the last of the template.
        case rest(String)
    }

    /// At least one.
    package let segments: [Segment]

    /// The most segments of a template.
    package static let maximumSegments = 64

    /// Why a text is no template.
    struct Failure: Error {
        let message: String
    }

    init(_ text: String) throws(Failure) {
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw Failure(message: "a path begins with `/`")
        }
        let parts = text.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumSegments else {
            throw Failure(message: "a path has at most \(Self.maximumSegments) segments")
        }
        var segments: [Segment] = []
        var names: Set<[UInt8]> = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            guard isLast || !part.isEmpty else {
                throw Failure(message: "a path with an empty segment, `//`, can never match")
            }
            let segment = try Self.segment(Array(part), isLast: isLast)
            switch segment {
            case .literal: break
            case .capture(let name), .rest(let name):
                guard names.insert(Array(name.utf8)).inserted else {
                    throw Failure(message: "the capture `{\(name)}` stands twice")
                }
            }
            segments.append(segment)
        }
        self.segments = segments
    }

    private static func segment(_ part: [UInt8], isLast: Bool) throws(Failure) -> Segment {
        let text = String(decoding: part, as: UTF8.self)
        guard part.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
            return .literal(try literal(part, text))
        }
        guard part.first == UInt8(ascii: "{"), part.last == UInt8(ascii: "}"), part.count > 2 else {
            throw Failure(
                message: "a capture takes a whole segment, as in `/{account}/`, not `\(text)`")
        }
        var name = part.dropFirst().dropLast()
        let isRest = name.suffix(3).elementsEqual(Array("...".utf8))
        if isRest { name = name.dropLast(3) }
        guard let first = name.first, first.isLetter || first == UInt8(ascii: "_"),
            name.allSatisfy({
                $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            })
        else {
            throw Failure(
                message: "`\(text)` is no capture: a name has letters, digits, `_` and `-`")
        }
        guard !isRest || isLast else {
            throw Failure(message: "`\(text)` takes the rest of the path and must be the last")
        }
        let capture = String(decoding: name, as: UTF8.self)
        return isRest ? .rest(capture) : .capture(capture)
    }

    /// Normalises a literal as a request's segment is, so that both spell it alike.
    private static func literal(_ part: [UInt8], _ text: String) throws(Failure) -> [UInt8] {
        // People write letters as they are; a request carries them escaped.
        var escaped: [UInt8] = [UInt8(ascii: "/")]
        for byte in part {
            guard byte >= 0x80 else {
                escaped.append(byte)
                continue
            }
            escaped += [
                UInt8(ascii: "%"), (byte >> 4).hexadecimalDigit, (byte & 0xF).hexadecimalDigit,
            ]
        }
        guard !part.contains(UInt8(ascii: "?")) else {
            throw Failure(message: "a path has no query: name what you need of it in `context`")
        }
        var target = RequestTarget()
        do throws(RequestRefusal) {
            try target.read(escaped.span)
        } catch {
            throw Failure(message: "`\(text)` can never match: \(error.kind.words)")
        }
        return target.decoded
    }
}

extension PathTemplate: CustomStringConvertible {
    package var description: String {
        segments.map { segment in
            switch segment {
            case .literal(let bytes): "/" + String(decoding: bytes, as: UTF8.self)
            case .capture(let name): "/{\(name)}"
            case .rest(let name): "/{\(name)...}"
            }
        }.joined()
    }
}
