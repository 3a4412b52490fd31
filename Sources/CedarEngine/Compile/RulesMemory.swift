/// The memory of a ruleset, at addresses that never change.
@safe
final class RulesMemory: @unchecked Sendable {
    private let code: UnsafeMutableBufferPointer<Instruction>
    private let policies: UnsafeMutableBufferPointer<CompiledPolicy>
    private let slots: UnsafeMutableBufferPointer<PolicyIndex.Slot>
    private let members: UnsafeMutableBufferPointer<UInt32>
    private let constants: FlatMemory
    private let general: PolicyIndex.Run
    private let ancestors: UnsafeMutableBufferPointer<PolicyIndex.Slot>
    private let bounds: PolicyIndex.AncestorBounds

    init(
        code: [Instruction], constants: [UInt8], policies: [CompiledPolicy], index: PolicyIndex
    ) {
        unsafe self.code = Self.copy(code)
        unsafe self.policies = Self.copy(policies)
        unsafe self.slots = Self.copy(index.slots)
        unsafe self.members = Self.copy(index.members)
        self.constants = FlatMemory(constants)
        general = index.general
        unsafe ancestors = Self.copy(index.ancestors)
        bounds = index.bounds
    }

    deinit {
        unsafe code.deallocate()
        unsafe policies.deallocate()
        unsafe slots.deallocate()
        unsafe members.deallocate()
        unsafe ancestors.deallocate()
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
            + (slots.count + ancestors.count) * MemoryLayout<PolicyIndex.Slot>.stride
            + members.count * MemoryLayout<UInt32>.stride + constants.count
    }

    var view: RulesView {
        unsafe RulesView(
            code: UnsafeBufferPointer(code), policies: UnsafeBufferPointer(policies),
            slots: UnsafeBufferPointer(slots), members: UnsafeBufferPointer(members),
            constants: constants.flat(at: 0), general: general,
            ancestors: UnsafeBufferPointer(ancestors), bounds: bounds)
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
    private let ancestors: UnsafeBufferPointer<PolicyIndex.Slot>
    private let bounds: PolicyIndex.AncestorBounds

    fileprivate init(
        code: UnsafeBufferPointer<Instruction>, policies: UnsafeBufferPointer<CompiledPolicy>,
        slots: UnsafeBufferPointer<PolicyIndex.Slot>, members: UnsafeBufferPointer<UInt32>,
        constants: FlatBytes, general: PolicyIndex.Run,
        ancestors: UnsafeBufferPointer<PolicyIndex.Slot>,
        bounds: PolicyIndex.AncestorBounds
    ) {
        unsafe self.code = code
        unsafe self.policies = policies
        unsafe self.slots = slots
        unsafe self.members = members
        self.constants = constants
        self.general = general
        unsafe self.ancestors = ancestors
        self.bounds = bounds
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

    /// The policies that stand under an entity in a role.
    @inline(__always)
    func run(_ role: PolicyIndex.Role, _ entity: FlatEntity) -> PolicyIndex.Run {
        let key = PolicyIndex.key(role, entity.hash)
        let mask = unsafe slots.count - 1
        var slot = Int(truncatingIfNeeded: key) & mask
        while true {
            let found = unsafe slots[slot]
            if found.run.count == 0 { return .none }
            if found.key == key, FlatEntity(constant(found.entity)).equals(entity) {
                return found.run
            }
            slot = (slot + 1) & mask
        }
    }

    /// Which of the entities for ``ancestor(_:)`` stand in a role.
    @inline(__always)
    func ancestors(_ role: PolicyIndex.Role) -> Range<UInt32> {
        switch role {
        case .principal, .action, .resource: 0..<0
        case .principalAncestor: 0..<bounds.principal
        case .actionAncestor: bounds.principal..<bounds.action
        case .resourceAncestor: bounds.action..<bounds.resource
        }
    }

    /// One of the entities that stand in a role for ancestors, with its policies.
    @inline(__always)
    func ancestor(_ index: UInt32) -> (entity: FlatEntity, policies: PolicyIndex.Run) {
        let slot = unsafe ancestors[Int(index)]
        return (FlatEntity(constant(slot.entity)), slot.run)
    }
}
