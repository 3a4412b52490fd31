/// Writes frames as HAProxy does, and as it never would; by another rule than the target's own.
package struct Forge {
    package var payload: [UInt8]

    package init(payload: [UInt8] = []) { self.payload = payload }

    package static func integer(_ value: UInt64) -> [UInt8] {
        guard value >= 240 else { return [UInt8(value)] }
        var bytes = [UInt8(240 + (value - 240) % 16)]
        var rest = (value - 240) / 16
        while rest >= 128 {
            bytes.append(UInt8(128 + (rest - 128) % 128))
            rest = (rest - 128) / 128
        }
        bytes.append(UInt8(rest))
        return bytes
    }

    package static func fourBytes(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    package static func text(_ text: String) -> [UInt8] {
        integer(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    package mutating func item(_ name: String, text: String) {
        payload += Self.text(name) + [8] + Self.text(text)
    }

    package mutating func item(_ name: String, number: UInt64) {
        payload += Self.text(name) + [3] + Self.integer(number)
    }

    package mutating func item(_ name: String, flag: Bool) {
        payload += Self.text(name) + [flag ? 0x11 : 0x01]
    }

    package func frame(
        _ type: UInt8, flags: UInt32 = 1, stream: UInt64 = 0, frame: UInt64 = 0
    ) -> [UInt8] {
        let body =
            [type] + Self.fourBytes(flags)
            + Self.integer(stream) + Self.integer(frame) + payload
        return Self.fourBytes(UInt32(body.count)) + body
    }

    /// A greeting with what must be there.
    package static func hello(
        versions: String? = "2.0", size: UInt64? = 16_380, capabilities: String? = "pipelining"
    ) -> Forge {
        var forge = Forge()
        if let versions { forge.item("supported-versions", text: versions) }
        if let size { forge.item("max-frame-size", number: size) }
        if let capabilities { forge.item("capabilities", text: capabilities) }
        return forge
    }
}

/// A question as HAProxy asks it, in parts that tests change.
package struct ForgedQuestion {
    package enum Value {
        case null
        case text(String)
        case binary([UInt8])
        case ipv4([UInt8])
        case ipv6([UInt8])
        case signed(Int64)
        case flag(Bool)

        var bytes: [UInt8] {
            switch self {
            case .null: [0]
            case .text(let text): [8] + Forge.text(text)
            case .binary(let bytes): [9] + Forge.integer(UInt64(bytes.count)) + bytes
            case .ipv4(let bytes): [6] + bytes
            case .ipv6(let bytes): [7] + bytes
            case .signed(let number): [4] + Forge.integer(UInt64(bitPattern: number))
            case .flag(let flag): [flag ? 0x11 : 0x01]
            }
        }
    }

    package var message = "check-request"
    package var arguments: [(name: String, value: Value)]

    package init(
        method: String = "GET", path: String = "/payments/7", certificate: [UInt8]? = nil,
        headers: [(String, String)] = [("host", "api.example.org")]
    ) {
        arguments = [
            ("method", .text(method)), ("path", .text(path)),
            ("headers", .binary(Self.block(headers))),
            ("certificate", certificate.map { .binary($0) } ?? .null),
            ("source", .ipv4([127, 0, 0, 1])),
        ]
    }

    /// The value of an argument; nil takes it away.
    package subscript(_ name: String) -> Value? {
        get { arguments.first { $0.name == name }?.value }
        set {
            let place = arguments.firstIndex { $0.name == name } ?? arguments.count
            arguments.removeAll { $0.name == name }
            if let newValue { arguments.insert((name, newValue), at: place) }
        }
    }

    package static func block(_ headers: [(String, String)]) -> [UInt8] {
        headers.flatMap { Forge.text($0.0) + Forge.text($0.1) } + [0, 0]
    }

    package var payload: [UInt8] {
        Forge.text(message) + [UInt8(arguments.count)]
            + arguments.flatMap { Forge.text($0.name) + $0.value.bytes }
    }

    package func frame(stream: UInt64 = 1, frame: UInt64 = 1) -> [UInt8] {
        Forge(payload: payload).frame(3, stream: stream, frame: frame)
    }
}
