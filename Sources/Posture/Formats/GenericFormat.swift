import CedarSyntax
import JSON

/// The format for sources that none of the others fits:
///
///     {"device": "laptop-7", "collectedAt": "2026-11-21T12:00:00Z",
///      "attributes": {"diskEncrypted": true, "edrScore": 82, "firewall": null,
///                     "compliant": {"value": true, "collectedAt": "2026-11-21T11:58:00Z"}},
///      "boundTo": {"certificateThumbprints": ["0a…"]}}
///
/// Null says that the source does not know. With a ``PostureMapping`` any other object is read.
enum GenericFormat {
    static func read(
        _ root: JSONValue, _ mapping: PostureMapping
    ) throws(PostureError) -> PostureReport {
        guard let place = try mapping.device.find(in: root) else {
            throw PostureError(
                .deviceMissing, "there is no `\(mapping.device)`", at: root.offset)
        }
        let device = try place.content("\(mapping.device)")
        guard !device.isEmpty else {
            throw PostureError(.deviceMissing, "`\(mapping.device)` is empty", at: place.offset)
        }
        guard let time = try mapping.collectedAt.find(in: root),
            let collected = try instant(time, "\(mapping.collectedAt)")
        else {
            throw PostureError(
                .timeMissing, "there is no `\(mapping.collectedAt)`", at: root.offset)
        }
        var facts: [PostureFact] = []
        for (attribute, pointer) in mapping.attributes {
            guard var value = try pointer.find(in: root, orNull: true) else { continue }
            var at = collected
            if value.isObject {
                if let own = value["collectedAt"] {
                    guard let instant = try instant(own, "collectedAt") else { continue }
                    at = instant
                }
                guard let inner = value.member(Array("value".utf8)) else {
                    throw value.wrong("`\(attribute)` has no `value`")
                }
                value = inner
            }
            facts.add(attribute, try reading(value, attribute), at)
        }
        facts.sort { $0.attribute.rawValue < $1.attribute.rawValue }
        if !facts.contains(where: { $0.attribute == .lastSeen }) {
            facts.add(.lastSeen, .datetime(collected), collected)
        }
        return PostureReport(
            device: device, serial: try root.device("serial"), facts: facts,
            bindings: try bindings(root), offset: root.offset)
    }

    private static func instant(
        _ value: JSONValue, _ name: String
    ) throws(PostureError) -> Int64? {
        if let number = value.integer {
            // Milliseconds since 1970.
            return number > 0 ? number : nil
        }
        guard let instant = Instant.milliseconds(try value.content(name).utf8) else {
            throw value.wrong("`\(name)` is no RFC 3339 date and time")
        }
        return instant > 0 ? instant : nil
    }

    private static func reading(
        _ value: JSONValue, _ attribute: PostureAttribute
    ) throws(PostureError) -> PostureReading {
        if value.isNull { return .unknown }
        switch attribute.kind {
        case .bool:
            if let flag = value.boolean { return .bool(flag) }
            if let number = value.integer, number == 0 || number == 1 {
                return .bool(number == 1)
            }
        case .long:
            if let number = value.integer, (0...100).contains(number) { return .long(number) }
        case .datetime:
            if let number = value.integer { return number > 0 ? .datetime(number) : .unknown }
        case .string: break
        }
        guard value.isString else { throw value.wrong("`\(attribute)` is no \(attribute.kind)") }
        return try TextReading.read(value.content("\(attribute)"), attribute, value.offset)
    }

    private static func bindings(_ root: JSONValue) throws(PostureError) -> [PostureBinding] {
        guard let bound = try root.object("boundTo") else { return [] }
        var bindings: [PostureBinding] = []
        for (member, keys) in bound.members {
            guard PostureBinding.members.contains(member) else {
                throw keys.wrong("`boundTo` has no member `\(member)`")
            }
            guard keys.isArray else { throw keys.wrong("`\(member)` is no array") }
            for key in keys.elements {
                bindings.append(PostureBinding(member: member, key: try key.content("a key")))
            }
        }
        return bindings
    }
}
