/// Why a frame of HAProxy cannot be read; the connection ends with it.
package enum SPOPError: Error, BitwiseCopyable, Hashable, CaseIterable, Sendable {
    /// The frame is longer than was agreed.
    case frameTooLarge
    /// Something ends after its frame does, or bytes are left over.
    case truncated
    /// A frame of a kind that is not known, or that only agents send.
    case unknownFrameType
    /// A frame that does not belong here, such as a question before the greeting.
    case unexpectedFrame
    /// A flag that is reserved, or one that only fragments have.
    case unknownFlags
    /// A part of a payload that was cut in pieces: this agent does not say that it takes them.
    case fragmented
    /// A frame that belongs to the connection has the number of a stream.
    case streamNumbered
    /// An integer of more than 64 bits, or of more than its type has.
    case integerTooLarge
    case unknownDataType
    /// Flags that the type of a value does not have.
    case unknownDataFlags
    /// An item of a greeting or a farewell stands there twice.
    case itemDuplicated
    /// An item of a greeting or a farewell has a value of another type.
    case itemMistyped
    case versionMissing
    case maximumFrameSizeMissing
    case capabilitiesMissing
    /// HAProxy does not speak version 2.
    case versionUnsupported
    /// HAProxy takes frames only that are smaller than the protocol allows.
    case maximumFrameSizeInvalid

    /// The status code that the agent gives for it.
    ///
    /// Source: HAProxy, doc/SPOE.txt, section 3.5.
    package var status: DisconnectStatus {
        switch self {
        case .frameTooLarge: .frameTooLarge
        case .truncated, .unknownFrameType, .unexpectedFrame, .unknownFlags, .streamNumbered,
            .integerTooLarge, .unknownDataType, .unknownDataFlags, .itemDuplicated, .itemMistyped:
            .invalidFrame
        case .fragmented: .fragmentationUnsupported
        case .versionMissing: .versionMissing
        case .maximumFrameSizeMissing: .maximumFrameSizeMissing
        case .capabilitiesMissing: .capabilitiesMissing
        case .versionUnsupported: .versionUnsupported
        case .maximumFrameSizeInvalid: .maximumFrameSizeInvalid
        }
    }

    /// What is wrong, for HAProxy's log.
    package var words: StaticString {
        switch self {
        case .frameTooLarge: "the frame is larger than agreed"
        case .truncated: "the frame ends inside a value"
        case .unknownFrameType: "the frame type is not known"
        case .unexpectedFrame: "the frame does not belong here"
        case .unknownFlags: "the frame has a flag that is not known"
        case .fragmented: "the payload is fragmented"
        case .streamNumbered: "the frame has the number of a stream"
        case .integerTooLarge: "an integer is too large"
        case .unknownDataType: "a data type is not known"
        case .unknownDataFlags: "a value has flags that its type has not"
        case .itemDuplicated: "an item stands there twice"
        case .itemMistyped: "an item has another type"
        case .versionMissing: "supported-versions is missing"
        case .maximumFrameSizeMissing: "max-frame-size is missing"
        case .capabilitiesMissing: "capabilities is missing"
        case .versionUnsupported: "version 2.0 is not supported"
        case .maximumFrameSizeInvalid: "max-frame-size is less than 256"
        }
    }
}

/// Why a connection ends, in the words of the protocol.
///
/// Source: HAProxy, doc/SPOE.txt, section 3.5.
package enum DisconnectStatus: UInt32, BitwiseCopyable, CaseIterable, Sendable {
    case normal = 0
    case inputOutput = 1
    case timeout = 2
    case frameTooLarge = 3
    case invalidFrame = 4
    case versionMissing = 5
    case maximumFrameSizeMissing = 6
    case capabilitiesMissing = 7
    case versionUnsupported = 8
    case maximumFrameSizeInvalid = 9
    case fragmentationUnsupported = 10
    case interlacedFrames = 11
    case frameNotFound = 12
    case resourceExhausted = 13
    case unknown = 99
}
