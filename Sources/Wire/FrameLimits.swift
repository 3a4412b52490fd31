/// Bounds on what a frame may hold, in both directions.
package struct FrameLimits: BitwiseCopyable, Sendable {
    /// The largest frame in bytes, header included.
    package var maximumFrameBytes: Int
    /// The largest number of items in one batch.
    package var maximumBatchItems: Int
    /// The largest single answer in bytes; a longer one becomes a deny with `tooLarge`.
    package var maximumAnswerBytes: Int

    /// Makes limits; the defaults are 1 MiB a frame, 4,096 items a batch and 64 KiB an answer.
    package init(
        maximumFrameBytes: Int = 1 << 20,
        maximumBatchItems: Int = 4096,
        maximumAnswerBytes: Int = 64 << 10
    ) {
        self.maximumFrameBytes = maximumFrameBytes
        self.maximumBatchItems = maximumBatchItems
        self.maximumAnswerBytes = maximumAnswerBytes
    }

    /// Whether the limits fit each other: a batch of the largest size can always be answered,
    /// if need be with the shortest answers, inside one frame.
    package var areConsistent: Bool {
        maximumBatchItems >= 1 && maximumBatchItems <= 1 << 20
            && maximumFrameBytes <= 1 << 30
            && maximumAnswerBytes >= WireLayout.answerMinimumBytes
            && maximumAnswerBytes <= maximumFrameBytes
            && maximumFrameBytes >= WireLayout.batchAnswerHeaderBytes
                + maximumBatchItems * WireLayout.answerMinimumBytes
            && maximumFrameBytes >= WireLayout.headerBytes + maximumAnswerBytes
    }
}
