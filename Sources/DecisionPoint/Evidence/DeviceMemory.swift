import CedarEngine

/// The devices that identities led to in one snapshot of the store, for one thread.
///
/// An identity that was judged before is known by its object, so that its keys are not looked for again
/// until something was written. Nothing is allocated after it was made, and devices with longer
/// identities than ``maximumBytes`` are looked up each time.
@safe
struct DeviceMemory<Owner: AnyObject & Sendable>: ~Copyable {
    /// What an identity led to.
    enum Finding: BitwiseCopyable {
        case absent
        /// Readable until something else is remembered.
        case device(FlatEntity)
    }

    private struct Entry {
        /// Held, so that no other object gets its address.
        var owner: Owner?
        var identifier: ObjectIdentifier?
        var snapshot = -1
        var hasDevice = false
    }

    /// The longest identity of a device that is remembered, in bytes as a flat value.
    static var maximumBytes: Int { 256 }

    private var entries: [Entry]
    private let devices: UnsafeMutableRawBufferPointer

    /// - Parameter capacity: how many identities at most; rounded up to a power of two.
    init(capacity: Int) {
        var count = 1
        while count < min(max(capacity, 1), 1 << 16) { count *= 2 }
        entries = Array(repeating: Entry(), count: count)
        unsafe devices = .allocate(byteCount: count * Self.maximumBytes, alignment: 8)
    }

    deinit { unsafe devices.deallocate() }

    /// What an identity led to, by its object; nil when that is not known of this snapshot.
    func recall(_ identifier: ObjectIdentifier, in snapshot: Int) -> Finding? {
        let index = place(identifier)
        guard entries[index].snapshot == snapshot, entries[index].identifier == identifier else {
            return nil
        }
        return entries[index].hasDevice ? .device(device(index)) : .absent
    }

    /// Remembers what an identity led to; nil stands for no device.
    mutating func remember(_ device: FlatEntity?, of owner: Owner, in snapshot: Int) {
        let identifier = ObjectIdentifier(owner)
        let index = place(identifier)
        if let device {
            guard device.flat.size <= Self.maximumBytes else { return }
            unsafe UnsafeMutableRawBufferPointer(
                rebasing: devices[(index * Self.maximumBytes)...]
            ).copyMemory(from: device.flat.region)
        }
        if entries[index].identifier != identifier {
            entries[index].owner = owner
            entries[index].identifier = identifier
        }
        entries[index].snapshot = snapshot
        entries[index].hasDevice = device != nil
    }

    private func device(_ index: Int) -> FlatEntity {
        guard let base = unsafe devices.baseAddress else {
            preconditionFailure("there is a place for each device")
        }
        return FlatEntity(unsafe FlatBytes(base + index * Self.maximumBytes))
    }

    private func place(_ identifier: ObjectIdentifier) -> Int {
        let address = UInt64(UInt(bitPattern: identifier))
        return Int(truncatingIfNeeded: address &* 0x9E37_79B9_7F4A_7C15 >> 40)
            & (entries.count - 1)
    }
}
