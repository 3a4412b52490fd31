package import CedarEngine
package import EntityStore

/// What leads from a verified identity to the record of its device.
package enum DeviceKey: UInt8, BitwiseCopyable, CaseIterable, Sendable {
    /// SHA-256 of the client's certificate, 64 lower-case hexadecimal digits.
    case certificateThumbprint
    /// The id of a device that the client's certificate carries.
    case certificateDeviceID
    /// The id of a device that the token carries.
    case tokenDeviceID
}

/// The answer to a search for a device.
package enum DeviceLookup: BitwiseCopyable, Sendable {
    /// The device's identity, readable until the snapshot is let go of.
    case found(FlatEntity)
    case absent
    /// The store could not tell; the decision must be a deny.
    case failed
}

/// Finds the device that a verified key belongs to, in one snapshot.
package protocol DeviceFinder: ~Copyable {
    /// - Parameter value: the key in UTF-8, as the certificate or the token has it.
    borrowing func device(by key: DeviceKey, _ value: Span<UInt8>) -> DeviceLookup
}

extension EntityReader: DeviceFinder {
    /// Finds nothing: stores have no secondary keys yet.
    package borrowing func device(by key: DeviceKey, _ value: Span<UInt8>) -> DeviceLookup {
        .absent
    }
}
