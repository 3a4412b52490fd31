package import CedarSyntax

/// One flat value that owns its memory.
package final class FlatConstant: Sendable {
    private let memory: FlatMemory

    /// - Throws: when the value exceeds the bounds on values.
    package init(_ value: Value) throws(FlatEncoder.Failure) {
        var encoder = FlatEncoder()
        memory = FlatMemory(try encoder.encode(value))
    }

    /// Copies bytes that ``FlatEncoder`` wrote.
    package init(bytes: [UInt8]) {
        memory = FlatMemory(bytes)
    }

    /// Valid as long as this object lives.
    package var flat: FlatBytes { memory.flat(at: 0) }

    /// The record without members.
    package static func emptyRecord() -> FlatConstant {
        do throws(FlatEncoder.Failure) {
            return try FlatConstant(.record([]))
        } catch {
            preconditionFailure("the empty record is within all bounds")
        }
    }
}
