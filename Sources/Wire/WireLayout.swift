/// Sizes and constants of the protocol; the byte tables are in `LocalSocketProtocol`.
package enum WireLayout {
    /// The protocol version this package speaks.
    package static let version: UInt8 = 1
    /// Every frame length, item part and answer is a multiple of this many bytes.
    package static let alignment = 8
    /// The header of every frame.
    package static let headerBytes = 16
    /// Header and fixed body of `decide` and `decideBatch`, before the first item.
    package static let decideHeaderBytes = 32
    /// The length in front of the parts of evidence.
    package static let evidenceHeaderBytes = 8
    /// The kind and length in front of a part of evidence.
    package static let evidencePartHeaderBytes = 8
    /// The four lengths in front of an item's parts.
    package static let itemHeaderBytes = 16
    /// The fixed part of an answer.
    package static let answerHeaderBytes = 36
    /// The shortest answer: the fixed part, padded.
    package static let answerMinimumBytes = 40
    /// Header and fixed body of `decisionBatch`, before the first answer.
    package static let batchAnswerHeaderBytes = 24
    /// The longest policy id in bytes.
    package static let maximumPolicyIDBytes = Int(UInt16.max)

    /// `count` rounded up to the next multiple of `alignment`.
    package static func padded(_ count: Int) -> Int {
        (count + alignment - 1) & ~(alignment - 1)
    }
}
