/// A region of memory that came from outside and was judged by nobody yet.
///
/// The memory must stay as it is for as long as the region is used: until the decision is made.
@safe
package struct UntrustedBytes: BitwiseCopyable {
    private let buffer: UnsafeRawBufferPointer

    /// No bytes, which stands for something that was not sent.
    package static var none: UntrustedBytes { UntrustedBytes() }

    private init() { unsafe buffer = UnsafeRawBufferPointer(start: nil, count: 0) }

    /// Views memory that must outlive the decision.
    @unsafe
    package init(_ buffer: UnsafeRawBufferPointer) {
        unsafe self.buffer = buffer
    }

    package var count: Int { unsafe buffer.count }

    package var isEmpty: Bool { unsafe buffer.count == 0 }

    /// The memory itself.
    @unsafe
    package var bytes: UnsafeRawBufferPointer { unsafe buffer }

    /// Lends the bytes.
    package func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let start = unsafe buffer.baseAddress else {
            let nothing: [UInt8] = []
            return try body(nothing.span)
        }
        return try unsafe body(
            Span(
                _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: buffer.count))
    }
}
