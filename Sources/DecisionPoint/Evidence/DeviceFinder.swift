package import EntityStore

/// Finds the device that a verified key belongs to, in one snapshot.
package protocol DeviceFinder: ~Copyable {
    /// - Parameter value: the key in UTF-8, as the certificate or the token has it.
    borrowing func device(by key: DeviceKey, _ value: Span<UInt8>) -> DeviceLookup
}

extension EntityReader: DeviceFinder {}
