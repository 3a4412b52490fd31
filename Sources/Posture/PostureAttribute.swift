package import CedarSyntax

/// The common set: what is known of devices, whoever reports it.
package enum PostureAttribute: UInt8, CaseIterable, Hashable, Sendable {
    case osName, osVersion, lastPatched, diskEncrypted, firewall, screenLock, edrRunning, edrScore
    case jailbroken, secureHardware, managed, compliant, lastSeen

    /// The types of values.
    package enum Kind: String, Sendable {
        case bool, long, string, datetime
    }

    /// The attribute's name in entities and in the generic format.
    package var name: Text { Text("\(self)") }

    package init?(name: some StringProtocol) {
        guard let found = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = found
    }

    package var kind: Kind {
        switch self {
        case .osName, .osVersion: .string
        case .lastPatched, .lastSeen: .datetime
        case .edrScore: .long
        default: .bool
        }
    }

    /// Whether true is the worse of two claims.
    var isBadWhenTrue: Bool { self == .jailbroken }
}

/// What a report says of an attribute.
package enum PostureReading: Hashable, Sendable {
    case bool(Bool)
    /// A score from 0 to 100.
    case long(Int64)
    case string(Text)
    /// Milliseconds since 1970.
    case datetime(Int64)
    /// The source says that it does not know: what was known before counts no more.
    case unknown

    var value: Value? {
        switch self {
        case .bool(let value): .bool(value)
        case .long(let value): .long(value)
        case .string(let value): .string(value)
        case .datetime(let value): .datetime(DateTime(milliseconds: value))
        case .unknown: nil
        }
    }

    init?(_ value: Value) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .long(let value): self = .long(value)
        case .string(let value): self = .string(value)
        case .datetime(let value): self = .datetime(value.milliseconds)
        default: return nil
        }
    }

    /// Whether this is to be believed rather than another that was collected at the same instant:
    /// the worse for the device, so that the order in which both arrive does not matter.
    func outweighs(_ other: PostureReading, for attribute: PostureAttribute) -> Bool {
        switch (self, other) {
        case (.unknown, _): true
        case (_, .unknown): false
        case (.bool(let mine), .bool(let theirs)):
            mine != theirs && mine == attribute.isBadWhenTrue
        case (.long(let mine), .long(let theirs)): mine < theirs
        case (.datetime(let mine), .datetime(let theirs)): mine < theirs
        case (.string(let mine), .string(let theirs)): mine < theirs
        default: false
        }
    }
}

/// One attribute of a report.
package struct PostureFact: Hashable, Sendable {
    package var attribute: PostureAttribute
    package var reading: PostureReading
    /// When it was collected on the device, in milliseconds since 1970.
    package var collectedAt: Int64

    package init(_ attribute: PostureAttribute, _ reading: PostureReading, at collectedAt: Int64) {
        self.attribute = attribute
        self.reading = reading
        self.collectedAt = collectedAt
    }
}

/// What one source says of one device.
package struct PostureReport: Hashable, Sendable {
    /// The device's id as the source has it.
    package var device: Text
    /// The hardware's serial number, where it is reported. Anybody can report anybody's.
    package var serial: Text?
    package var facts: [PostureFact]
    /// Keys that lead to the device, by the member of `boundTo`.
    package var bindings: [PostureBinding]
    /// Where the report begins in its document, in bytes.
    package var offset: Int

    package init(
        device: Text, serial: Text? = nil, facts: [PostureFact] = [],
        bindings: [PostureBinding] = [], offset: Int = 0
    ) {
        self.device = device
        self.serial = serial
        self.facts = facts
        self.bindings = bindings
        self.offset = offset
    }
}

/// A key that leads to a device.
package struct PostureBinding: Hashable, Sendable {
    /// The member of `boundTo`, such as `certificateThumbprints`.
    package var member: Text
    package var key: Text

    package init(member: Text, key: Text) {
        self.member = member
        self.key = key
    }

    /// The members that there are.
    package static let members: [Text] = [
        "certificateThumbprints", "certificateDeviceIds", "tokenDeviceIds",
    ]
}

/// Why a report is refused; the code is stable.
package struct PostureError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The text is not JSON, or not of the format.
        case malformed
        /// A value is not of the type it has in the format.
        case wrongType
        /// The report names no device.
        case deviceMissing
        /// The report does not say when it was collected.
        case timeMissing
        /// It was collected later than the clock and its allowance say.
        case fromTheFuture
        /// The device is not in the store.
        case unknownDevice
        /// Something is longer or more than a limit.
        case tooLarge
    }

    package let code: Code
    /// Where in the document, in bytes.
    package let offset: Int
    /// What is wrong, for people: lower case, no full stop.
    package let message: String

    package init(_ code: Code, _ message: String, at offset: Int = 0) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

/// The bounds on reports.
package enum PostureLimits {
    /// Bytes of one document: a line, or a file of one text.
    package static let maximumDocumentBytes = 64 << 20
    /// Bytes of a device's id, a serial number, and of any text that is kept.
    package static let maximumTextBytes = 512
    /// Reports of one document.
    package static let maximumReports = 100_000
    /// Depth of a document.
    package static let maximumDepth = 64
}
