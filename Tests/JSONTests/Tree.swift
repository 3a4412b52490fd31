import SeededNumbers

@testable import JSON

extension SeededNumbers {
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A value as a tree, the plain thing the tape is compared with.
indirect enum Tree: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number([UInt8])
    case string([UInt8])
    case array([Tree])
    case object([Member])

    struct Member: Equatable, Sendable {
        var name: [UInt8]
        var value: Tree
    }

    init(_ node: JSONNode, of tape: JSONTape) {
        switch tape.kind(node) {
        case .null: self = .null
        case .false: self = .boolean(false)
        case .true: self = .boolean(true)
        case .integer: self = .integer(tape.integer(node)!)
        case .otherNumber: self = .number(Array(tape.numberText(node)!.utf8))
        case .string: self = .string(tape.bytes(node)!)
        case .array: self = .array(tape.elements(node).map { Tree($0, of: tape) })
        case .object:
            self = .object(
                tape.members(node).map {
                    Member(name: tape.bytes($0.key)!, value: Tree($0.value, of: tape))
                })
        }
    }

    static func random(_ random: inout SeededNumbers, depth: Int = 0) -> Tree {
        switch random.below(depth < 5 ? 10 : 6) {
        case 0: return .null
        case 1: return .boolean(random.below(2) == 0)
        case 2: return .integer(Int64(bitPattern: random.next() >> UInt64(random.below(64))))
        case 3:
            let texts = ["1.5", "-0", "1e3", "0.0", "18446744073709551616", "-2E-7"]
            return .number(Array(texts[random.below(texts.count)].utf8))
        case 4, 5: return .string(randomString(&random))
        case 6, 7:
            return .array(
                (0..<random.below(6)).map { _ in Tree.random(&random, depth: depth + 1) })
        default:
            var members: [Member] = []
            for _ in 0..<random.below(random.below(4) == 0 ? 24 : 6) {
                let name = randomString(&random)
                guard !members.contains(where: { $0.name == name }) else { continue }
                members.append(
                    Member(name: name, value: Tree.random(&random, depth: depth + 1)))
            }
            return .object(members)
        }
    }

    private static func randomString(_ random: inout SeededNumbers) -> [UInt8] {
        var text = ""
        for _ in 0..<random.below(20) {
            let bound = [0x20, 0x80, 0x80, 0x80, 0x800, 0x11_0000][random.below(6)]
            if let scalar = Unicode.Scalar(UInt32(random.below(bound))) {
                text.unicodeScalars.append(scalar)
            }
        }
        return Array(text.utf8)
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value): writer.integer(value)
        case .number(let digits): writer.number(utf8: digits.span)
        case .string(let bytes): writer.string(utf8: bytes.span)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(utf8: member.name.span)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
