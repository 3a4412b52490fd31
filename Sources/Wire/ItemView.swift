/// One question inside a request frame: four byte strings that lie where they were received.
///
/// Wire does not look into them; each begins at a multiple of 8 bytes from the frame's start.
/// The view is valid only during the call it is passed to.
@usableFromInline package struct ItemView: BitwiseCopyable {
    @usableFromInline let parts: ByteRegion
    @usableFromInline let principalBytes: UInt32
    @usableFromInline let actionBytes: UInt32
    @usableFromInline let resourceBytes: UInt32
    @usableFromInline let contextBytes: UInt32

    /// The principal; empty only beside evidence, when it is the one that this leads to.
    @inlinable package var principal: ByteRegion {
        parts.region(from: 0, count: Int(principalBytes))
    }

    /// The action, never empty.
    @inlinable package var action: ByteRegion {
        parts.region(from: Int(principalBytes), count: Int(actionBytes))
    }

    /// The resource, never empty.
    @inlinable package var resource: ByteRegion {
        parts.region(from: Int(principalBytes) + Int(actionBytes), count: Int(resourceBytes))
    }

    /// The context; no bytes mean the empty context.
    @inlinable package var context: ByteRegion {
        parts.region(from: parts.count - Int(contextBytes), count: Int(contextBytes))
    }

    /// Reads the item at `offset`.
    /// - Parameter mayOmitPrincipal: whether evidence stands before the items.
    /// - Throws: `bodyTooShort`, `emptyItemPart`, `itemPartNotAligned` or `itemTooLong`.
    @inline(__always)
    static func parse(
        _ frame: ByteRegion, at offset: Int, mayOmitPrincipal: Bool
    ) throws(FrameError) -> ItemView {
        guard frame.count - offset >= WireLayout.itemHeaderBytes else { throw .bodyTooShort }
        let principal = frame.integer(at: offset, as: UInt32.self)
        let action = frame.integer(at: offset + 4, as: UInt32.self)
        let resource = frame.integer(at: offset + 8, as: UInt32.self)
        let context = frame.integer(at: offset + 12, as: UInt32.self)
        if action == 0 || resource == 0 || principal == 0 && !mayOmitPrincipal {
            throw .emptyItemPart
        }
        if (principal | action | resource | context) % UInt32(WireLayout.alignment) != 0 {
            throw .itemPartNotAligned
        }
        let start = offset + WireLayout.itemHeaderBytes
        // Four 32-bit lengths cannot overflow a 64-bit sum.
        let total = Int(principal) + Int(action) + Int(resource) + Int(context)
        guard total <= frame.count - start else { throw .itemTooLong }
        return ItemView(
            parts: frame.region(from: start, count: total), principalBytes: principal,
            actionBytes: action, resourceBytes: resource, contextBytes: context)
    }

    /// The bytes the item takes in its frame, its lengths included.
    var totalBytes: Int { WireLayout.itemHeaderBytes + parts.count }
}
