/// The memory of a ruleset, at addresses that never change.
@safe
final class RulesMemory: @unchecked Sendable {
    /// What a view needs, behind one address, so that a view is passed in a register.
    @safe
    struct Header: BitwiseCopyable {
        let code: UnsafeMutableBufferPointer<Instruction>
        let policies: UnsafeMutableBufferPointer<CompiledPolicy>
        let slots: UnsafeMutableBufferPointer<PolicyIndex.Slot>
        let members: UnsafeMutableBufferPointer<UInt32>
        let ancestors: UnsafeMutableBufferPointer<PolicyIndex.Slot>
        let constants: FlatBytes
        let general: PolicyIndex.Run
        let bounds: PolicyIndex.AncestorBounds
        let sharedCount: Int
    }

    private let header: UnsafeMutablePointer<Header>
    private let constants: FlatMemory

    init(
        code: [Instruction], constants: [UInt8], policies: [CompiledPolicy], index: PolicyIndex,
        sharedCount: UInt32 = 0
    ) {
        self.constants = FlatMemory(constants)
        unsafe header = .allocate(capacity: 1)
        unsafe header.initialize(
            to: Header(
                code: Self.copy(code), policies: Self.copy(policies),
                slots: Self.copy(index.slots), members: Self.copy(index.members),
                ancestors: Self.copy(index.ancestors), constants: self.constants.flat(at: 0),
                general: index.general, bounds: index.bounds,
                sharedCount: Int(sharedCount)))
    }

    deinit {
        unsafe header.pointee.code.deallocate()
        unsafe header.pointee.policies.deallocate()
        unsafe header.pointee.slots.deallocate()
        unsafe header.pointee.members.deallocate()
        unsafe header.pointee.ancestors.deallocate()
        unsafe header.deallocate()
    }

    private static func copy<Element: BitwiseCopyable>(
        _ array: [Element]
    ) -> UnsafeMutableBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: array.count)
        _ = unsafe buffer.initialize(from: array)
        return unsafe buffer
    }

    var sizeBytes: Int {
        let header = unsafe header.pointee
        return unsafe header.code.count * MemoryLayout<Instruction>.stride
            + header.policies.count * MemoryLayout<CompiledPolicy>.stride
            + (header.slots.count + header.ancestors.count)
            * MemoryLayout<PolicyIndex.Slot>.stride
            + header.members.count * MemoryLayout<UInt32>.stride + constants.count
    }

    var view: RulesView { unsafe RulesView(header) }
}

/// A ruleset as the deciding threads read it: an address only, so copies cost no reference counting.
///
/// Whoever holds one holds the ``Ruleset`` as well.
@safe
package struct RulesView: BitwiseCopyable, @unchecked Sendable {
    private let header: UnsafeMutablePointer<RulesMemory.Header>

    @unsafe
    fileprivate init(_ header: UnsafeMutablePointer<RulesMemory.Header>) {
        unsafe self.header = header
    }

    /// The number of policies.
    package var policyCount: Int { unsafe header.pointee.policies.count }

    /// The id of a policy, by its index.
    package func policyID(_ index: UInt32) -> FlatString {
        FlatString(constant(policy(index).name))
    }

    @inline(__always)
    func instruction(_ index: Int) -> Instruction { unsafe header.pointee.code[index] }

    @inline(__always)
    func policy(_ index: UInt32) -> CompiledPolicy { unsafe header.pointee.policies[Int(index)] }

    @inline(__always)
    func constant(_ offset: UInt32) -> FlatBytes {
        unsafe header.pointee.constants.advanced(by: Int(offset))
    }

    /// The number of values that programs share in a decision.
    @inline(__always)
    var sharedCount: Int { unsafe header.pointee.sharedCount }

    /// The policies that stand under no entity.
    @inline(__always)
    var general: PolicyIndex.Run { unsafe header.pointee.general }

    @inline(__always)
    func member(_ index: UInt32) -> UInt32 { unsafe header.pointee.members[Int(index)] }

    /// The policies that stand under an entity in a role.
    @inline(__always)
    func run(_ role: PolicyIndex.Role, _ entity: FlatEntity) -> PolicyIndex.Run {
        let key = PolicyIndex.key(role, entity.hash)
        let slots = unsafe header.pointee.slots
        let mask = slots.count - 1
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
        let bounds = unsafe header.pointee.bounds
        return switch role {
        case .principal, .action, .resource: 0..<0
        case .principalAncestor: 0..<bounds.principal
        case .actionAncestor: bounds.principal..<bounds.action
        case .resourceAncestor: bounds.action..<bounds.resource
        }
    }

    /// One of the entities that stand in a role for ancestors, with its policies.
    @inline(__always)
    func ancestor(_ index: UInt32) -> (entity: FlatEntity, policies: PolicyIndex.Run) {
        let slot = unsafe header.pointee.ancestors[Int(index)]
        return (FlatEntity(constant(slot.entity)), slot.run)
    }
}
