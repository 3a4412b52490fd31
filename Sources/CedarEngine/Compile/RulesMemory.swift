/// The memory of a ruleset, at addresses that never change.
@safe
final class RulesMemory: @unchecked Sendable {
    private let code: UnsafeMutableBufferPointer<Instruction>
    private let policies: UnsafeMutableBufferPointer<CompiledPolicy>
    private let slots: UnsafeMutableBufferPointer<PolicyIndex.Slot>
    private let members: UnsafeMutableBufferPointer<UInt32>
    private let constants: FlatMemory
    private let general: PolicyIndex.Run

    init(
        code: [Instruction], constants: [UInt8], policies: [CompiledPolicy], index: PolicyIndex
    ) {
        unsafe self.code = Self.copy(code)
        unsafe self.policies = Self.copy(policies)
        unsafe self.slots = Self.copy(index.slots)
        unsafe self.members = Self.copy(index.members)
        self.constants = FlatMemory(constants)
        general = index.general
    }

    deinit {
        unsafe code.deallocate()
        unsafe policies.deallocate()
        unsafe slots.deallocate()
        unsafe members.deallocate()
    }

    private static func copy<Element: BitwiseCopyable>(
        _ array: [Element]
    ) -> UnsafeMutableBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
        _ = unsafe buffer.initialize(from: array)
        return unsafe buffer
    }

    var sizeBytes: Int {
        unsafe code.count * MemoryLayout<Instruction>.stride
            + policies.count * MemoryLayout<CompiledPolicy>.stride
            + slots.count * MemoryLayout<PolicyIndex.Slot>.stride
            + members.count * MemoryLayout<UInt32>.stride + constants.count
    }

    var view: RulesView {
        unsafe RulesView(
            code: UnsafeBufferPointer(code), policies: UnsafeBufferPointer(policies),
            slots: UnsafeBufferPointer(slots), members: UnsafeBufferPointer(members),
            constants: constants.flat(at: 0), general: general)
    }
}

/// A ruleset as the deciding threads read it: addresses only, so copies cost no reference counting.
///
/// Whoever holds one holds the ``Ruleset`` as well.
@safe
package struct RulesView: BitwiseCopyable, @unchecked Sendable {
    private let code: UnsafeBufferPointer<Instruction>
    private let policies: UnsafeBufferPointer<CompiledPolicy>
    private let slots: UnsafeBufferPointer<PolicyIndex.Slot>
    private let members: UnsafeBufferPointer<UInt32>
    private let constants: FlatBytes
    let general: PolicyIndex.Run

    fileprivate init(
        code: UnsafeBufferPointer<Instruction>, policies: UnsafeBufferPointer<CompiledPolicy>,
        slots: UnsafeBufferPointer<PolicyIndex.Slot>, members: UnsafeBufferPointer<UInt32>,
        constants: FlatBytes, general: PolicyIndex.Run
    ) {
        unsafe self.code = code
        unsafe self.policies = policies
        unsafe self.slots = slots
        unsafe self.members = members
        self.constants = constants
        self.general = general
    }

    /// The number of policies.
    package var policyCount: Int { unsafe policies.count }

    /// The id of a policy, by its index.
    package func policyID(_ index: UInt32) -> FlatString {
        FlatString(constant(policy(index).name))
    }

    @inline(__always)
    func instruction(_ index: Int) -> Instruction { unsafe code[index] }

    @inline(__always)
    func policy(_ index: UInt32) -> CompiledPolicy { unsafe policies[Int(index)] }

    @inline(__always)
    func constant(_ offset: UInt32) -> FlatBytes { constants.advanced(by: Int(offset)) }

    @inline(__always)
    func member(_ index: UInt32) -> UInt32 { unsafe members[Int(index)] }

    /// The policies that stand under a key.
    @inline(__always)
    func run(_ role: PolicyIndex.Role, _ hash: UInt64) -> PolicyIndex.Run {
        let key = PolicyIndex.key(role, hash)
        let mask = unsafe slots.count - 1
        var slot = Int(truncatingIfNeeded: key) & mask
        while true {
            let found = unsafe slots[slot]
            if found.key == key || found.run.count == 0 { return found.run }
            slot = (slot + 1) & mask
        }
    }
}
