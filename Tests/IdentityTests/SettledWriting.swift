import Files
import Foundation

/// Writes a file and waits until it may be read.
///
/// A process that another test starts has all descriptors of this one for a moment, the one that wrote
/// the file among them: until it has become another program the file counts as being written.
func writeSettled(_ data: Data, to path: String) throws {
    try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    _ = try SettledFile(path, maximumBytes: 64 << 20, waitingMilliseconds: 10_000)
}
