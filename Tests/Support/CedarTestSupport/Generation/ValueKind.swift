/// What kind of value an expression is generated to have.
indirect enum ValueKind: Hashable, Sendable {
    case bool, long, string, entity, record, decimal, ip, datetime, duration
    case set(ValueKind)

    /// The kinds to draw from when any will do.
    static let common: [ValueKind] = [
        .bool, .long, .string, .entity, .record, .decimal, .ip, .datetime, .duration,
        .set(.long), .set(.string), .set(.entity), .set(.record), .set(.set(.long)),
    ]
}
