import CedarEngine
import CedarSyntax
import JSON

/// A JSON body that routes read values of; keeps its memory from one to the next.
///
/// A body is judged more strictly than servers do, because a service that read another value than
/// Writ did would act on what nobody decided about.
struct JSONBody: Sendable {
    private var tape = JSONTape(limits: JSONLimits(maximumBytes: 1 << 20, maximumDepth: 64))
    private var isPresent = false

    /// Reads the body of a request, if there is one.
    ///
    /// - Throws: `bodyUnknown`, `bodyPartial`, or `bodyInvalid` when it is not said to be JSON, or is none: repeated
    ///   names, what is not UTF-8, and more than 1 MiB or 64 levels are refused.
    mutating func read(_ request: borrowing HTTPRequest) throws(RequestRefusal) {
        isPresent = false
        switch request.body.extent {
        case .absent: return
        case .unknown: throw RequestRefusal(.bodyUnknown)
        case .partial: throw RequestRefusal(.bodyPartial)
        case .whole: break
        }
        guard case .one(let range) = request.headers.find("content-type") else {
            throw RequestRefusal(.bodyInvalid)
        }
        let isJSON = request.headers.withValue(range) { Self.isJSON($0) }
        guard isJSON else { throw RequestRefusal(.bodyInvalid) }
        do throws(JSONError) {
            try tape.parse(request.body.bytes.span)
        } catch {
            throw RequestRefusal(.bodyInvalid, at: error.offset)
        }
        isPresent = true
    }

    /// Whether a media type is JSON's, in UTF-8.
    ///
    /// Source: RFC 8259, section 11; RFC 6839, section 3.1.
    private static func isJSON(_ type: Span<UInt8>) -> Bool {
        var end = 0
        while end < type.count, type[end] != UInt8(ascii: ";") { end += 1 }
        var rest = end
        while end > 0, type[end - 1] == 0x20 || type[end - 1] == 0x09 { end -= 1 }
        let name = type.extracting(0..<end)
        let isJSON =
            name.hasFoldedBytes(of: "application/json")
            || end > 17 && type.extracting(0..<12).hasFoldedBytes(of: "application/")
                && type.extracting((end - 5)..<end).hasFoldedBytes(of: "+json")
        guard isJSON, rest < type.count else { return isJSON }
        // JSON has no parameter but this one, which some send.
        rest += 1
        while rest < type.count, type[rest] == 0x20 || type[rest] == 0x09 { rest += 1 }
        let parameter = type.extracting(rest..<type.count)
        return parameter.hasFoldedBytes(of: "charset=utf-8")
            || parameter.hasFoldedBytes(of: "charset=\"utf-8\"")
    }

    /// The value at a place; nil when there is no body, nothing at the place, or null.
    ///
    /// - Throws: `memberDuplicated` when a name on the way stands there in another case as well, or
    ///   instead: some services take that for the same.
    func find(_ pointer: BodyPointer, number: Int) throws(RequestRefusal) -> JSONNode? {
        guard isPresent else { return nil }
        var node = tape.root
        for index in pointer.steps.indices {
            let step = pointer.steps[index]
            let found =
                switch tape.kind(node) {
                case .object: try member(of: node, step, number: number)
                case .array: element(of: node, step)
                case .null, .false, .true, .integer, .otherNumber, .string: nil as JSONNode?
                }
            guard let found else { return nil }
            node = found
        }
        return tape.kind(node) == .null ? nil : node
    }

    private func member(
        of object: JSONNode, _ name: [UInt8], number: Int
    ) throws(RequestRefusal) -> JSONNode? {
        var found: JSONNode?
        for (key, value) in tape.members(object) {
            if tape.stringEquals(key, name.span) {
                found = value
            } else if tape.withUTF8(key, { $0.isSameName(as: name.span) }) {
                throw RequestRefusal(.memberDuplicated, at: number)
            }
        }
        return found
    }

    private func element(of array: JSONNode, _ digits: [UInt8]) -> JSONNode? {
        guard 1...7 ~= digits.count, digits.count == 1 || digits[0] != UInt8(ascii: "0") else {
            return nil
        }
        var index = 0
        for digit in digits {
            guard digit.isDigit else { return nil }
            index = index * 10 + Int(digit - UInt8(ascii: "0"))
        }
        guard index < tape.count(array) else { return nil }
        for (place, element) in tape.elements(array).enumerated() where place == index {
            return element
        }
        return nil
    }

    /// Lends the text of a value; nil when it is no string.
    func withText<Result>(_ node: JSONNode, _ body: (Span<UInt8>) -> Result) -> Result? {
        guard tape.kind(node) == .string else { return nil }
        return tape.withUTF8(node, body)
    }

    /// A value as a flat one, of the type that the route says and no other.
    ///
    /// - Throws: `memberInvalid`, `tooLarge`.
    func flat(
        _ node: JSONNode, _ kind: RouteMember.Kind, number: Int, _ flats: inout FlatComposer
    ) throws(RequestRefusal) -> FlatBytes {
        let flat: FlatBytes??
        switch kind {
        case .string: flat = withText(node) { flats.string($0) }
        case .entity(let type):
            flat = withText(node) { id in
                id.count > 0 ? .some(flats.entity(type: type.utf8.span, id: id)) : nil
            }.flatMap { $0 }
        case .long: flat = tape.integer(node).map { flats.long($0) }
        case .bool: flat = tape.boolean(node).map { flats.bool($0) }
        case .decimal: flat = decimal(node).map { flats.decimal($0) }
        case .ip:
            flat = withText(node) { IPAddress(parsing: $0) }.flatMap { $0 }.map { flats.ip($0) }
        }
        guard let flat else { throw RequestRefusal(.memberInvalid, at: number) }
        guard let flat else { throw RequestRefusal(.tooLarge) }
        return flat
    }

    /// A number, or a string as Cedar writes decimals: `12`, `12.5`, `"12.50"`; no exponents.
    private func decimal(_ node: JSONNode) -> Decimal? {
        switch tape.kind(node) {
        case .integer:
            guard let whole = tape.integer(node) else { return nil }
            let (scaled, overflow) = whole.multipliedReportingOverflow(by: 10_000)
            return overflow ? nil : Decimal(scaled: scaled)
        case .otherNumber: return tape.withNumber(node) { Decimal(parsing: $0) }
        case .string: return tape.withUTF8(node) { Decimal(parsing: $0) }
        case .null, .false, .true, .array, .object: return nil
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes are those of a text in lower case, whatever their own case.
    fileprivate func hasFoldedBytes(of text: StaticString) -> Bool {
        let other = unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
        guard count == other.count else { return false }
        for index in indices where self[index].lowercased != other[index] { return false }
        return true
    }

    /// Whether services that do not mind case take the bytes for the name of the same member.
    ///
    /// Letters of ASCII, and the two others whose case folds to one of them: `ſ`, and `K`, the sign
    /// of kelvin. Go's `encoding/json` takes all of these for the same.
    fileprivate func isSameName(as other: Span<UInt8>) -> Bool {
        var (here, there) = (0, 0)
        while here < count, there < other.count {
            if folded(at: &here) != other.folded(at: &there) { return false }
        }
        return here == count && there == other.count
    }

    /// The letter at a place, folded; moves the place behind it.
    private func folded(at index: inout Int) -> UInt8 {
        if count - index >= 2, self[index] == 0xC5, self[index + 1] == 0xBF {
            index += 2
            return UInt8(ascii: "s")
        }
        if count - index >= 3, self[index] == 0xE2, self[index + 1] == 0x84,
            self[index + 2] == 0xAA
        {
            index += 3
            return UInt8(ascii: "k")
        }
        index += 1
        return self[index - 1].lowercased
    }
}
