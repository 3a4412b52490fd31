package import CedarSyntax

/// What is known of all devices at one instant.
package struct FleetSummary: Sendable {
    /// What is known of one attribute.
    package struct Tally: Sendable, Hashable {
        package var good = 0
        package var bad = 0
        /// Known once, and too long ago to count.
        package var stale = 0
        /// Never reported, or reported as not known.
        package var unknown = 0

        package init() {}
    }

    /// Where a device stands.
    package enum Standing: String, CaseIterable, Sendable {
        /// It is said to be compliant, and nothing known speaks against it.
        case compliant
        /// Something known speaks against it.
        case failing
        /// Nothing known speaks against it, and what was known is too old.
        case stale
        /// Nothing was ever known that would tell.
        case unknown
    }

    package private(set) var devices = 0
    package private(set) var standings: [Standing: Int] = [:]
    package private(set) var tallies: [PostureAttribute: Tally] = [:]
    private let now: Int64
    private let names: PostureMerge

    /// - Parameter now: milliseconds since 1970.
    package init(at now: Int64, names: PostureMerge = PostureMerge()) {
        self.now = now
        self.names = names
    }

    /// The attributes by which a device fails.
    package static let judged: [PostureAttribute] = [
        .compliant, .managed, .diskEncrypted, .firewall, .screenLock, .edrRunning, .jailbroken,
        .secureHardware,
    ]

    /// Adds a device.
    ///
    /// - Returns: where it stands, and the attributes by which it fails.
    @discardableResult
    package mutating func add(_ device: Entity) -> (standing: Standing, failing: [PostureAttribute])
    {
        devices += 1
        var expiries: [Text: Int64] = [:]
        var values: [Text: Value] = [:]
        for (key, value) in device.attributes {
            values[key] = value
            guard key == PostureMerge.expiresAt, case .record(let members) = value else { continue }
            for case (let name, .datetime(let end)) in members { expiries[name] = end.milliseconds }
        }
        var failing: [PostureAttribute] = []
        var hasStale = false
        for attribute in Self.judged {
            let name = names.name(attribute)
            var tally = tallies[attribute] ?? Tally()
            if case .bool(let value) = values[name] {
                if let end = expiries[name], end <= now {
                    tally.stale += 1
                    hasStale = true
                } else if value == attribute.isBadWhenTrue {
                    tally.bad += 1
                    failing.append(attribute)
                } else {
                    tally.good += 1
                }
            } else {
                tally.unknown += 1
            }
            tallies[attribute] = tally
        }
        let isCompliant: Bool =
            if case .bool(true) = values[names.name(.compliant)],
                expiries[names.name(.compliant)].map({ now < $0 }) ?? true
            { true } else { false }
        let standing: Standing =
            !failing.isEmpty ? .failing : isCompliant ? .compliant : hasStale ? .stale : .unknown
        standings[standing, default: 0] += 1
        return (standing, failing)
    }
}
