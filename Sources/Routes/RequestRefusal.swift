/// Why a request is not matched at all; it is a deny.
package struct RequestRefusal: Error, BitwiseCopyable, Hashable, Sendable {
    package enum Kind: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        case methodInvalid
        case hostMissing
        case hostInvalid
        case targetNotAPath
        case pathTooLong
        case tooManySegments
        case queryTooLong
        case tooManyPairs
        case badEscape
        case escapedSlash
        case escapedBackslash
        case escapedNull
        case escapedPercent
        case escapedControl
        case escapedSemicolon
        case backslash
        case semicolon
        case control
        case fragment
        case illegalByte
        case invalidUTF8
        case emptySegment
        case dotSegment
        case tooManyHeaders
        case headersTooLarge
        case headerInvalid
        /// No route matches.
        case unmatched
        /// A member that the route needs was not sent.
        case memberMissing
        /// A member that the route reads was sent twice, or by a name that could be read as its own.
        case memberDuplicated
        /// A member does not convert to its type.
        case memberInvalid
        /// The route reads the body, and the gateway showed none without there being none.
        case bodyUnknown
        /// The route reads the body, and only a part of it is known.
        case bodyPartial
        /// The route reads the body, and it is no JSON, or not said to be.
        case bodyInvalid
        /// What the route makes of the request is larger than a value may be.
        case tooLarge
    }

    package let kind: Kind
    /// The byte of the target, of the host or of the method that is at fault; for a member, its
    /// number among those of the route.
    package let position: Int

    package init(_ kind: Kind, at position: Int = 0) {
        self.kind = kind
        self.position = position
    }
}

extension RequestRefusal.Kind {
    /// The stable name of the reason, as answers and logs carry it.
    package var code: String {
        switch self {
        case .methodInvalid: "method-invalid"
        case .hostMissing: "host-missing"
        case .hostInvalid: "host-invalid"
        case .targetNotAPath: "target-not-a-path"
        case .pathTooLong: "path-too-long"
        case .tooManySegments: "path-too-many-segments"
        case .queryTooLong: "query-too-long"
        case .tooManyPairs: "query-too-many-pairs"
        case .badEscape: "escape-invalid"
        case .escapedSlash: "escaped-slash"
        case .escapedBackslash: "escaped-backslash"
        case .escapedNull: "escaped-null"
        case .escapedPercent: "escaped-percent"
        case .escapedControl: "escaped-control"
        case .escapedSemicolon: "escaped-semicolon"
        case .backslash: "backslash"
        case .semicolon: "semicolon"
        case .control: "control-character"
        case .fragment: "fragment"
        case .illegalByte: "illegal-byte"
        case .invalidUTF8: "invalid-utf8"
        case .emptySegment: "empty-segment"
        case .dotSegment: "dot-segment"
        case .tooManyHeaders: "too-many-headers"
        case .headersTooLarge: "headers-too-large"
        case .headerInvalid: "header-invalid"
        case .unmatched: "route-unmatched"
        case .memberMissing: "member-missing"
        case .memberDuplicated: "member-duplicated"
        case .memberInvalid: "member-invalid"
        case .bodyUnknown: "body-unknown"
        case .bodyPartial: "body-partial"
        case .bodyInvalid: "body-invalid"
        case .tooLarge: "request-too-large"
        }
    }

    /// What is wrong, for people.
    package var words: String {
        switch self {
        case .methodInvalid:
            "the method must be 1 to \(RequestLimits.maximumMethodBytes) upper-case letters, "
                + "digits, `-` or `_`"
        case .hostMissing: "there is no host"
        case .hostInvalid: "the host is no name or address with an optional port"
        case .targetNotAPath: "the target must be a path, beginning with one `/`"
        case .pathTooLong: "the path is longer than \(RequestLimits.maximumPathBytes) bytes"
        case .tooManySegments:
            "the path has more than \(RequestLimits.maximumSegments) segments"
        case .queryTooLong: "the query is longer than \(RequestLimits.maximumQueryBytes) bytes"
        case .tooManyPairs: "the query has more than \(RequestLimits.maximumPairs) pairs"
        case .badEscape: "a `%` is not followed by two hexadecimal digits"
        case .escapedSlash: "the path has an escaped slash, `%2F`"
        case .escapedBackslash: "the path has an escaped backslash, `%5C`"
        case .escapedNull: "there is an escaped null, `%00`"
        case .escapedPercent:
            "the path has an escaped percent sign, `%25`: decoded twice it is another path"
        case .escapedControl: "the path has an escaped control character"
        case .escapedSemicolon: "the path has an escaped semicolon, `%3B`"
        case .backslash: "there is a backslash"
        case .semicolon: "there is a semicolon, which some servers cut paths and queries at"
        case .control: "there is a control character or a space"
        case .fragment: "there is a fragment, `#`"
        case .illegalByte: "there is a byte that must be escaped"
        case .invalidUTF8: "the decoded bytes are no UTF-8"
        case .emptySegment: "the path has an empty segment, `//`"
        case .dotSegment: "the path has a segment `.` or `..`"
        case .tooManyHeaders: "there are more than \(RequestLimits.maximumHeaders) header fields"
        case .headersTooLarge:
            "the header fields are larger than \(RequestLimits.maximumHeaderBytes) bytes"
        case .headerInvalid: "a header field has a name or a value that HTTP does not allow"
        case .unmatched: "no route matches"
        case .memberMissing: "a member that the route needs was not sent"
        case .memberDuplicated:
            "a member that the route reads was sent more than once, or by a name like its own"
        case .memberInvalid: "a member does not convert to its type"
        case .bodyUnknown:
            "the route reads the body, which the gateway did not show; a request without one says "
                + "`content-length: 0`"
        case .bodyPartial: "the route reads the body, of which the gateway sent a part only"
        case .bodyInvalid: "the route reads the body, which is no JSON, or is not said to be"
        case .tooLarge: "what the route makes of the request is too large"
        }
    }
}
