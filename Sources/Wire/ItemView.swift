/// One question inside a request frame: four byte strings that lie where they were received.
///
/// Wire does not look into them; each begins at a multiple of 8 bytes from the frame's start.
/// The view is valid only during the call it is passed to.
package struct ItemView: BitwiseCopyable {
    /// The principal, never empty.
    package let principal: ByteRegion
    /// The action, never empty.
    package let action: ByteRegion
    /// The resource, never empty.
    package let resource: ByteRegion
    /// The context; no bytes mean the empty context.
    package let context: ByteRegion

    /// Reads the item at `offset`.
    /// - Throws: `bodyTooShort`, `emptyItemPart`, `itemPartNotAligned` or `itemTooLong`.
    static func parse(_ frame: ByteRegion, at offset: Int) throws(FrameError) -> ItemView {
        guard frame.count - offset >= WireLayout.itemHeaderBytes else { throw .bodyTooShort }
        let principal = Int(frame.integer(at: offset, as: UInt32.self))
        let action = Int(frame.integer(at: offset + 4, as: UInt32.self))
        let resource = Int(frame.integer(at: offset + 8, as: UInt32.self))
        let context = Int(frame.integer(at: offset + 12, as: UInt32.self))
        if principal == 0 || action == 0 || resource == 0 { throw .emptyItemPart }
        if (principal | action | resource | context) % WireLayout.alignment != 0 {
            throw .itemPartNotAligned
        }
        let start = offset + WireLayout.itemHeaderBytes
        // Four 32-bit lengths cannot overflow a 64-bit sum.
        guard principal + action + resource + context <= frame.count - start else {
            throw .itemTooLong
        }
        return ItemView(
            principal: frame.region(from: start, count: principal),
            action: frame.region(from: start + principal, count: action),
            resource: frame.region(from: start + principal + action, count: resource),
            context: frame.region(
                from: start + principal + action + resource, count: context))
    }

    /// The bytes the item takes in its frame, its lengths included.
    var totalBytes: Int {
        WireLayout.itemHeaderBytes + principal.count + action.count + resource.count
            + context.count
    }
}
