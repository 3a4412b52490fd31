/// What an agent wrote, read without our own code: what HAProxy would take it for.
package enum AgentSays: Equatable {
    case hello([String: Value])
    case disconnect(status: UInt64, message: String)
    case answer(stream: UInt64, frame: UInt64, [String: Value])
    case broken(String)

    package enum Value: Equatable {
        case flag(Bool)
        case number(UInt64)
        case text(String)
    }

    /// All frames, in order.
    package static func read(_ bytes: [UInt8]) -> [AgentSays] {
        var found: [AgentSays] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count >= 4 else { return found + [.broken("length")] }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= length else { return found + [.broken("frame")] }
            var reader = Reader(rest: rest.prefix(length))
            found.append(reader.frame())
            rest = rest.dropFirst(length)
        }
        return found
    }

    /// The number of whole frames.
    package static func count(_ bytes: [UInt8]) -> Int {
        var (count, start) = (0, 0)
        while start + 4 <= bytes.count {
            start += 4 + bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            if start <= bytes.count { count += 1 }
        }
        return count
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func byte() -> UInt8 { rest.popFirst() ?? 0xFF }

        mutating func integer() -> UInt64 {
            var value = UInt64(byte())
            guard value >= 240 else { return value }
            var weight: UInt64 = 16
            while true {
                let next = UInt64(byte())
                value &+= next &* weight
                if next < 128 || rest.isEmpty { return value }
                weight &*= 128
            }
        }

        mutating func text() -> String {
            let count = Int(integer())
            let bytes = rest.prefix(count)
            rest = rest.dropFirst(count)
            return String(decoding: bytes, as: UTF8.self)
        }

        mutating func value() -> Value? {
            switch byte() {
            case 0x01: .flag(false)
            case 0x11: .flag(true)
            case 0x03: .number(integer())
            case 0x08: .text(text())
            default: nil
            }
        }

        mutating func frame() -> AgentSays {
            let type = byte()
            let flags = [byte(), byte(), byte(), byte()]
            guard flags == [0, 0, 0, 1] else { return .broken("flags") }
            let (stream, frame) = (integer(), integer())
            if type == 103 { return answer(stream, frame) }
            guard stream == 0, frame == 0 else { return .broken("numbers") }
            var items: [String: Value] = [:]
            while !rest.isEmpty {
                let name = text()
                guard let value = value(), items.updateValue(value, forKey: name) == nil
                else { return .broken("item \(name)") }
            }
            if type == 101 { return .hello(items) }
            guard type == 102, case .number(let status) = items["status-code"],
                case .text(let message) = items["message"], items.count == 2
            else { return .broken("type \(type)") }
            return .disconnect(status: status, message: message)
        }

        mutating func answer(_ stream: UInt64, _ frame: UInt64) -> AgentSays {
            var variables: [String: Value] = [:]
            while !rest.isEmpty {
                guard byte() == 1, byte() == 3, byte() == 2 else { return .broken("action") }
                let name = text()
                guard let value = value(), variables.updateValue(value, forKey: name) == nil
                else { return .broken("variable \(name)") }
            }
            return .answer(stream: stream, frame: frame, variables)
        }
    }
}
