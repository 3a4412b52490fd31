/// What is wrong with a frame's bytes.
package enum FrameError: UInt8, BitwiseCopyable, Error, Sendable, CaseIterable {
    // Framing: nothing after the frame can be trusted.
    case lengthTooSmall, lengthNotAligned, frameTooLarge, wrongVersion, unknownKind, unknownFlags
    // Request bodies: the next frame is still found.
    case bodyTooShort, reservedNotZero, noItems, tooManyItems, emptyItemPart, itemPartNotAligned
    case itemTooLong, trailingBytes
    case evidenceTooLong, evidenceNotAligned, unknownEvidence, emptyEvidence, evidenceOrder
    case evidenceConflict
    // Response bodies.
    case unknownDecision, unknownCause, allowWithCause, unknownRefusal, answerTooLong
    case paddingNotZero, textNotUTF8, unknownObligation

    /// The refusal that a server sends for a framing error; `nil` for an error inside a body.
    package var refusal: RefusalReason? {
        switch self {
        case .lengthTooSmall, .lengthNotAligned, .unknownFlags: .malformedFrame
        case .frameTooLarge: .frameTooLarge
        case .wrongVersion: .wrongVersion
        case .unknownKind: .unknownKind
        case .bodyTooShort, .reservedNotZero, .noItems, .tooManyItems, .emptyItemPart,
            .itemPartNotAligned, .itemTooLong, .trailingBytes, .unknownDecision, .unknownCause,
            .allowWithCause, .unknownRefusal, .answerTooLong, .paddingNotZero, .textNotUTF8,
            .evidenceTooLong, .evidenceNotAligned, .unknownEvidence, .emptyEvidence,
            .evidenceOrder, .evidenceConflict, .unknownObligation:
            nil
        }
    }

    /// The cause of the deny that answers a request whose body has this error.
    package var cause: Cause {
        self == .tooManyItems ? .tooLarge : .malformedRequest
    }

    /// The error in words.
    package var message: StaticString {
        switch self {
        case .lengthTooSmall: "frame length is less than its header's 16 bytes"
        case .lengthNotAligned: "frame length is not a multiple of 8"
        case .frameTooLarge: "frame is longer than the limit"
        case .wrongVersion: "frame version is not 1"
        case .unknownKind: "frame kind is not one accepted here"
        case .unknownFlags: "frame has unknown flags"
        case .bodyTooShort: "frame ends before its fixed fields"
        case .reservedNotZero: "reserved field is not zero"
        case .noItems: "batch has no items"
        case .tooManyItems: "batch has more items than the limit"
        case .emptyItemPart: "principal, action or resource is empty"
        case .itemPartNotAligned: "length of an item's part is not a multiple of 8"
        case .itemTooLong: "item runs past the end of its frame"
        case .trailingBytes: "frame has bytes after its last field"
        case .evidenceTooLong: "evidence runs past the end of its frame or of its parts"
        case .evidenceNotAligned: "length of the evidence is not a multiple of 8"
        case .unknownEvidence: "evidence has a part of a kind that is not known"
        case .emptyEvidence: "evidence has a part without bytes"
        case .evidenceOrder: "parts of the evidence are not in order, or one stands twice"
        case .evidenceConflict:
            "evidence has two certificates, two tokens, or a chain without its leaf"
        case .unknownDecision: "decision is neither allow nor deny"
        case .unknownCause: "cause is not one this version knows"
        case .allowWithCause: "allow comes with a cause that only a deny can have"
        case .unknownRefusal: "refusal reason is not one this version knows"
        case .answerTooLong: "answer runs past the end of its frame"
        case .paddingNotZero: "padding is not zero"
        case .textNotUTF8: "text is not UTF-8"
        case .unknownObligation: "obligation is of a kind that this version does not know"
        }
    }
}
