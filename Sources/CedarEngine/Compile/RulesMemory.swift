import Glibc

/// The memory of a ruleset, at addresses that never change.
@safe
final class RulesMemory: @unchecked Sendable {
    /// What a view needs, behind one address, so that a view is passed in a register.
    @safe
    struct Header: BitwiseCopyable {
        /// Keys, candidates, programs and constants.
        let bytes: UnsafeMutableRawPointer
        let slots: UnsafeMutableBufferPointer<PolicyIndex.Slot>
        let ancestors: UnsafeMutableBufferPointer<PolicyIndex.Slot>
        let paths: UnsafeMutableBufferPointer<IndexedPath>
        let general: PolicyIndex.Run
        let bounds: PolicyIndex.AncestorBounds
        /// The roles under which some policy stands, a bit each.
        let roles: UInt64
        /// The number of values that programs share.
        let sharedCount: Int
        let policyCount: Int
        /// Where the ids and annotations of the policies lie in `descriptions`.
        let descriptionOffsets: UnsafeMutableBufferPointer<UInt32>
        let descriptions: FlatBytes
    }

    private let header: UnsafeMutablePointer<Header>
    private let buffer: UnsafeMutableRawBufferPointer
    private let descriptions: FlatMemory

    init(_ layout: RulesBuilder.Layout, _ descriptions: borrowing PolicyDescriptions) {
        let offsets = descriptions.offsets
        let sizes = [
            layout.bytes.count, layout.slots.count * MemoryLayout<PolicyIndex.Slot>.stride,
            layout.ancestors.count * MemoryLayout<PolicyIndex.Slot>.stride,
            layout.paths.count * MemoryLayout<IndexedPath>.stride,
            offsets.count * MemoryLayout<UInt32>.stride,
        ]
        unsafe buffer = Self.allocate(sizes.reduce(0) { $0 + Self.aligned($1) })
        let base = unsafe buffer.baseAddress.unsafelyUnwrapped
        self.descriptions = FlatMemory(descriptions.bytes)
        unsafe base.copyMemory(
            from: layout.bytes, byteCount: layout.bytes.count)
        var next = unsafe base + Self.aligned(sizes[0])
        func place<Element: BitwiseCopyable>(
            _ array: [Element]
        ) -> UnsafeMutableBufferPointer<Element> {
            let room = unsafe UnsafeMutableBufferPointer<Element>(
                start: next.bindMemory(to: Element.self, capacity: array.count),
                count: array.count)
            _ = unsafe room.initialize(from: array)
            unsafe next += Self.aligned(array.count * MemoryLayout<Element>.stride)
            return unsafe room
        }
        unsafe header = .allocate(capacity: 1)
        unsafe header.initialize(
            to: Header(
                bytes: base, slots: place(layout.slots), ancestors: place(layout.ancestors),
                paths: place(layout.paths), general: layout.general, bounds: layout.bounds,
                roles: layout.roles, sharedCount: Int(layout.sharedCount),
                policyCount: offsets.count,
                descriptionOffsets: place(offsets), descriptions: self.descriptions.flat(at: 0)))
    }

    deinit {
        unsafe header.deallocate()
        unsafe buffer.deallocate()
    }

    /// Large sets lie in large pages: else a decision waits for the address of each page it reads.
    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        guard count >= largePage else {
            return .allocate(byteCount: max(count, cacheLine), alignment: cacheLine)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count, alignment: largePage)
        // A system without large pages refuses, and nothing but speed is lost.
        _ = unsafe madvise(buffer.baseAddress, count, MADV_HUGEPAGE)
        return unsafe buffer
    }

    private static let largePage = 2 << 20
    private static let cacheLine = 64

    private static func aligned(_ size: Int) -> Int { (size + cacheLine - 1) & ~(cacheLine - 1) }

    /// The bytes held, ids and annotations included.
    var sizeBytes: Int { unsafe buffer.count + descriptions.count }

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
    package var policyCount: Int { unsafe header.pointee.policyCount }

    /// The id of a policy, by its index.
    package func policyID(_ index: UInt32) -> FlatString { FlatString(description(index)) }

    /// Where a policy's id lies, with its annotations behind it.
    func description(_ index: UInt32) -> FlatBytes {
        let offset = unsafe header.pointee.descriptionOffsets[Int(index)]
        return unsafe header.pointee.descriptions.advanced(by: Int(offset))
    }

    /// A step of a program, by its place in words.
    @inline(__always)
    func instruction(_ place: Int) -> Instruction {
        unsafe header.pointee.bytes.load(fromByteOffset: place &* 8, as: Instruction.self)
    }

    /// A policy, by its place in words.
    @inline(__always)
    func candidate(_ place: UInt32) -> Candidate {
        unsafe header.pointee.bytes.load(fromByteOffset: Int(place) &* 8, as: Candidate.self)
    }

    @inline(__always)
    func constant(_ offset: UInt32) -> FlatBytes {
        unsafe FlatBytes(UnsafeRawPointer(header.pointee.bytes + Int(offset)))
    }

    /// The number of values that programs share in a decision.
    @inline(__always)
    var sharedCount: Int { unsafe header.pointee.sharedCount }

    /// The policies that stand under no key.
    @inline(__always)
    var general: PolicyIndex.Run { unsafe header.pointee.general }

    /// Whether some policy stands under a key in a role.
    @inline(__always)
    func hasPolicies(in role: PolicyIndex.Role) -> Bool {
        unsafe header.pointee.roles & role.bit != 0
    }

    /// The policies that stand under an entity in a role.
    @inline(__always)
    func run(_ role: PolicyIndex.Role, _ entity: FlatEntity) -> PolicyIndex.Run {
        guard hasPolicies(in: role) else { return .none }
        return run(PolicyIndex.key(role, entity.hash)) { $0.equals(entity.flat) }
    }

    /// The policies that stand under an attribute's value.
    func run(_ role: PolicyIndex.Role, _ value: Operand) -> PolicyIndex.Run {
        guard hasPolicies(in: role) else { return .none }
        return run(PolicyIndex.key(role, value.hash)) { value.equals($0) }
    }

    @inline(__always)
    private func run(_ key: UInt64, where matches: (FlatBytes) -> Bool) -> PolicyIndex.Run {
        let slots = unsafe header.pointee.slots
        let mask = slots.count &- 1
        let tag = PolicyIndex.tag(key)
        var slot = Int(truncatingIfNeeded: key) & mask
        while true {
            let found = unsafe slots[slot]
            if found.count == 0 { return .none }
            if found.tag == tag {
                let block = block(found)
                if matches(block) { return run(found, block) }
            }
            slot = (slot &+ 1) & mask
        }
    }

    /// The block of a slot, which begins with the key.
    @inline(__always)
    private func block(_ slot: PolicyIndex.Slot) -> FlatBytes {
        unsafe FlatBytes(UnsafeRawPointer(header.pointee.bytes + Int(slot.block) &* 8))
    }

    @inline(__always)
    private func run(_ slot: PolicyIndex.Slot, _ block: FlatBytes) -> PolicyIndex.Run {
        PolicyIndex.Run(
            first: slot.block &+ UInt32(truncatingIfNeeded: block.size / 8), count: slot.count,
            forbids: slot.forbids)
    }

    /// Which of the entities for ``ancestor(_:)`` stand in a role.
    @inline(__always)
    func ancestors(_ role: PolicyIndex.Role) -> Range<UInt32> {
        let bounds = unsafe header.pointee.bounds
        switch role {
        case .principalAncestor: return 0..<bounds.principal
        case .actionAncestor: return bounds.principal..<bounds.action
        case .resourceAncestor: return bounds.action..<bounds.resource
        default: return 0..<0
        }
    }

    /// One of the entities that stand in a role for ancestors, with its policies.
    @inline(__always)
    func ancestor(_ index: UInt32) -> (entity: FlatEntity, policies: PolicyIndex.Run) {
        let slot = unsafe header.pointee.ancestors[Int(index)]
        let block = block(slot)
        return (FlatEntity(block), run(slot, block))
    }

    /// The number of attributes by whose values policies are found.
    @inline(__always)
    var pathCount: Int { unsafe header.pointee.paths.count }

    @inline(__always)
    func path(_ number: Int) -> IndexedPath { unsafe header.pointee.paths[number] }
}
