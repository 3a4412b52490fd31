package import CedarSyntax

/// That something is refused, whatever policies say, and why.
package struct Restriction: Sendable {
    package enum Kind: String, Sendable {
        /// Its credentials count no more.
        case revoked
        /// It is set apart until somebody has looked at it.
        case quarantined
    }

    package var subject: RestrictionSubject
    package var kind: Kind
    /// A code such as `key-compromise`: 1 to 64 lower-case letters, digits, `.`, `_` and `-`. It
    /// is in answers.
    package var reason: Text
    /// Words for people; not in answers.
    package var note: Text?
    /// When it was made.
    package var since: DateTime
    /// When it ends by itself; nil for never.
    package var until: DateTime?
    /// Whether what names the entity in an attribute is refused as well, as accounts name their
    /// tenant; only attributes that are an entity or a set of entities themselves.
    package var takesReferences: Bool

    package init(
        _ subject: RestrictionSubject, _ kind: Kind, reason: Text, note: Text? = nil,
        since: DateTime, until: DateTime? = nil, takesReferences: Bool = false
    ) {
        self.subject = subject
        self.kind = kind
        self.reason = reason
        self.note = note
        self.since = since
        self.until = until
        self.takesReferences = takesReferences
    }

    /// Whether a text may be a reason.
    package static func isReason(_ text: Text) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || [45, 46, 95].contains($0)
            }
    }

    var value: Value {
        var members: [(key: Text, value: Value)] = [
            ("kind", .string(Text(kind.rawValue))), ("reason", .string(reason)),
            ("since", .datetime(since)),
        ]
        if let note { members.append(("note", .string(note))) }
        if let until { members.append(("until", .datetime(until))) }
        if takesReferences { members.append(("references", .bool(true))) }
        return .record(members)
    }

    /// Reads what ``value`` wrote; nil for anything else.
    init?(_ uid: EntityUID, _ members: [(key: Text, value: Value)]) {
        guard let subject = RestrictionSubject(uid) else { return nil }
        self.init(subject, .quarantined, reason: "", since: DateTime(milliseconds: 0))
        for (key, value) in members {
            switch (key.string, value) {
            case ("kind", .string(let text)):
                guard let kind = Kind(rawValue: text.string) else { return nil }
                self.kind = kind
            case ("reason", .string(let text)): reason = text
            case ("note", .string(let text)): note = text
            case ("since", .datetime(let instant)): since = instant
            case ("until", .datetime(let instant)): until = instant
            case ("references", .bool(let flag)): takesReferences = flag
            default: return nil
            }
        }
        guard Self.isReason(reason) else { return nil }
    }
}
