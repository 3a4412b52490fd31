package import EntityStore

/// Finds the device that a verified key belongs to, in one snapshot.
package protocol DeviceFinder: ~Copyable {
    /// Names the snapshot: while it stays the same, all answers do.
    var snapshotID: Int { get }

    borrowing func device(by key: DeviceIdentity) -> DeviceLookup
}

extension EntityReader: DeviceFinder {}
