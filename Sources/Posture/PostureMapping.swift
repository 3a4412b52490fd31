import CedarSyntax
import JSON

/// Where the generic format finds its facts: JSON pointers by attribute.
package struct PostureMapping: Sendable {
    package var device: JSONPointer
    package var collectedAt: JSONPointer
    package var attributes: [PostureAttribute: JSONPointer]

    /// The mapping of the documented format.
    package init() {
        device = JSONPointer(tokens: ["device"])
        collectedAt = JSONPointer(tokens: ["collectedAt"])
        attributes = [:]
        for attribute in PostureAttribute.allCases {
            attributes[attribute] = JSONPointer(tokens: ["attributes", attribute.name])
        }
    }

    /// Reads `{"device": "/host/id", "collectedAt": "/time", "attributes": {"firewall": "/fw"}}`.
    ///
    /// - Throws: `malformed` when it is anything else.
    package init(parsing bytes: [UInt8]) throws(PostureError) {
        var tape = PostureReader.makeTape()
        do throws(JSONError) {
            try tape.parse(bytes)
        } catch {
            throw PostureError(.malformed, "\(error.message)", at: error.offset)
        }
        let root = JSONValue(tape, tape.root)
        guard root.isObject else {
            throw PostureError(.malformed, "a mapping is an object", at: root.offset)
        }
        self.init()
        attributes = [:]
        for (name, value) in root.members {
            switch name.string {
            case "device": device = try Self.pointer(value, "device")
            case "collectedAt": collectedAt = try Self.pointer(value, "collectedAt")
            case "attributes":
                guard value.isObject else { throw value.wrong("`attributes` is no object") }
                for (name, value) in value.members {
                    guard let attribute = PostureAttribute(name: name.string) else {
                        throw value.wrong("there is no attribute `\(name)`")
                    }
                    attributes[attribute] = try Self.pointer(value, name.string)
                }
            default: throw value.wrong("a mapping has no member `\(name)`")
            }
        }
    }

    private static func pointer(
        _ value: JSONValue, _ name: String
    ) throws(PostureError) -> JSONPointer {
        guard let pointer = JSONPointer(try value.content(name)) else {
            throw value.wrong("`\(name)` is no JSON pointer such as `/host/id`")
        }
        return pointer
    }
}

/// A place in a JSON document.
///
/// Source: RFC 6901.
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    private let tokens: [[UInt8]]

    init(tokens: [Text]) { self.tokens = tokens.map(\.utf8) }

    /// - Parameter text: `/a/b`, with `~0` for `~` and `~1` for `/`.
    init?(_ text: Text) {
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [[UInt8]] = []
        for part in text.utf8.dropFirst().split(separator: 47, omittingEmptySubsequences: false) {
            var token: [UInt8] = []
            var index = part.startIndex
            while index < part.endIndex {
                guard part[index] == UInt8(ascii: "~") else {
                    token.append(part[index])
                    index += 1
                    continue
                }
                guard index + 1 < part.endIndex, part[index + 1] == 48 || part[index + 1] == 49
                else { return nil }
                token.append(part[index + 1] == 48 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                index += 2
            }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    /// The value at the place; nil where there is none, or null unless it is wanted.
    func find(in root: JSONValue, orNull: Bool = false) throws(PostureError) -> JSONValue? {
        var value = root
        for token in tokens {
            if value.isObject {
                guard let next = value.member(token) else { return nil }
                value = next
            } else if value.isArray {
                guard token.count <= 6, let index = Int(String(decoding: token, as: UTF8.self)),
                    index >= 0, let next = value.element(index)
                else { return nil }
                value = next
            } else {
                return nil
            }
        }
        return value.isNull && !orNull ? nil : value
    }

    package var description: String {
        tokens.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
    }
}
