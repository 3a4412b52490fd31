import SeededNumbers
import CedarSyntax

/// The names and texts that one case is made of: few, so that policies and data often meet.
struct Vocabulary: Sendable {
    /// Non-action entities that policies, parents and requests name; some are not in the store.
    /// An entity's parents come after it, so that there is no cycle.
    var entities: [EntityUID]
    /// The same of actions.
    var actions: [EntityUID]
    /// Names of attributes of entities and contexts and of members of records.
    var attributes: [(name: String, kind: ValueKind)]
    var tags: [(key: String, kind: ValueKind)]

    init(using random: inout SeededNumbers) {
        entities = []
        let count = 3 + random.below(7)
        while entities.count < count {
            let type = random.pick(Self.types)
            let id = random.chance(70) ? random.pick(Self.plainIDs) : random.pick(Self.oddTexts)
            let uid = EntityUID(type: Text(type), id: Text(id))
            if !entities.contains(uid) { entities.append(uid) }
        }
        actions = random.some(of: Self.actionUIDs, percent: 60)
        if actions.isEmpty { actions = [Self.actionUIDs[0]] }
        attributes = random.some(of: Self.attributePool, percent: random.pick([0, 5, 15, 35]))
        for needed in [ValueKind.bool, .long, .string, .entity, .record, .set(.string)]
        where !attributes.contains(where: { $0.kind == needed }) {
            attributes.append(random.pick(Self.attributePool.filter { $0.kind == needed }))
        }
        tags = random.some(of: Self.tagPool, percent: random.pick([0, 20, 60]))
        if tags.isEmpty { tags = [random.pick(Self.tagPool)] }
    }

    static let types = ["User", "Group", "Doc", "NS::Team", "A::B::C", "permit", "_x9"]
    static let plainIDs = ["a", "b", "c"]

    private static let actionUIDs: [EntityUID] = [
        EntityUID(type: "Action", id: "view"), EntityUID(type: "Action", id: "edit"),
        EntityUID(type: "NS::Action", id: "view"), EntityUID(type: "Action", id: ""),
        EntityUID(type: "Action", id: "all \"of\" them"),
    ]

    /// Two names and two texts look alike but differ in their scalars.
    private static let attributePool: [(name: String, kind: ValueKind)] = [
        ("flag", .bool), ("active", .bool), ("a b", .bool), ("level", .long), ("n", .long),
        ("if", .long), ("", .long), ("name", .string), ("\u{E9}", .string), ("e\u{301}", .string),
        ("\"q\\", .string), ("owner", .entity), ("team", .entity), ("principal", .entity),
        ("friends", .set(.entity)), ("nums", .set(.long)), ("labels", .set(.string)),
        ("records", .set(.record)), ("lists", .set(.set(.long))), ("info", .record),
        ("more", .record), ("score", .decimal), ("limit", .decimal), ("addr", .ip), ("net", .ip),
        ("since", .datetime), ("until", .datetime), ("span", .duration), ("in", .duration),
        ("x\0y", .bool), ("__cedar", .long), ("日本", .string),
    ]

    private static let tagPool: [(key: String, kind: ValueKind)] = [
        ("lvl", .long), ("lbl", .string), ("", .bool), ("\u{E9}", .set(.string)),
        ("who", .entity), ("x\0", .decimal), ("info", .record), ("net", .ip), ("at", .datetime),
    ]

    static let plainTexts = ["a", "b", "ab", "abc", "lvl", "lbl", "hello"]
    static let oddTexts = [
        "", "\u{E9}", "e\u{301}", "\"q\" \\ '", "x\0y", "日本 🎈", "line\nbreak", "\t", "cr\rlf",
        "*", "a*b", "aab", "\u{1}\u{7F}", "\u{10FFFF}", "👨‍👩‍👧", "\u{202E}rtl", "//no comment", "_%",
        "aaaaaaaaaaaaaaaab", "ß", "SS", "\u{FEFF}bom", "\u{A0}", "\u{85}\u{2028}",
    ]

    static let longs: [Int64] = [
        0, 1, 2, 3, -1, 5, 10, 60, 1_000, .max, .max - 1, .min, .min + 1, 4_294_967_296,
        3_037_000_500, -3_037_000_500,
    ]

    static let decimalTexts = [
        "0.0", "1.0", "1.00", "1.0000", "-1.0", "0.5", "-0.5", "0.0001", "12.34", "012.3400",
        "922337203685477.5807", "-922337203685477.5808", "-0.0",
    ]
    static let ipTexts = [
        "10.0.0.1", "10.0.0.1/32", "10.0.0.0/24", "10.0.0.1/24", "10.0.0.0/8", "127.0.0.1",
        "127.0.0.1/8", "127.0.0.1/7", "224.0.0.1", "224.0.0.0/4", "0.0.0.0/0", "255.255.255.255",
        "::", "::1", "::1/128", "::1/127", "::/0", "ff02::1", "ff00::/8", "2001:db8::/32",
        "2001:DB8:0:0:0:0:0:1", "2001:db8::1", "::ffff:a00:1", "fe80::1:2:3/64",
    ]
    static let datetimeTexts = [
        "1970-01-01", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2024-02-29",
        "2024-02-29T12:30:00Z", "2024-02-29T13:30:00+0100", "2024-02-29T12:30:00.000Z",
        "2024-10-15T11:35:00.250-0730", "0000-01-01", "0000-01-01T00:00:00+2359",
        "9999-12-31T23:59:59.999Z", "2000-01-01", "1900-03-01T00:00:01Z",
    ]
    static let durationTexts = [
        "0ms", "-0ms", "1ms", "1s", "1000ms", "60s", "1m", "1h", "60m", "1d", "24h", "-1d",
        "1d2h3m4s5ms",
        "-1h30m", "90m", "12345d", "9223372036854775807ms", "-9223372036854775808ms",
        "106751991167d7h12m55s807ms",
    ]
    /// Texts that are none, or just beyond what an extension type holds.
    static let badTexts = [
        "", "1", "1.", ".5", "1.00000", "922337203685477.5808", "+1.0", " 1.0", "1.0 ", "1e2",
        "10.0.0.256", "10.0.0.01", "10.0.0.1/33", "10.0.0.1/08", "10.0.0.1/", "::ffff:10.0.0.1",
        "1::2::3", "fe80::1%eth0", "::1/129", "2023-02-29", "2024-13-01", "2024-1-1",
        "2024-01-01T24:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00+01:00",
        "2024-01-01T00:00:00.1Z", "10000-01-01", "1h1d", "1w", "-", "1", "9223372036854775808ms",
        "1.5h", "--1d", "1d ", "1d-1h",
    ]
}
