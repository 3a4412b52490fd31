/// The values that programs share in one decision: each is worked out by the first that needs it.
///
/// A value is stamped with its decision, so that none outlives it and nothing is cleared. What
/// faults is not kept and faults again in the next program.
@safe
struct SharedValues: ~Copyable {
    private struct Slot: BitwiseCopyable {
        var operand: Operand
        /// The decision that worked the value out.
        var generation: UInt64
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity = 0
    private var generation: UInt64 = 1

    init() {
        unsafe slots = .allocate(capacity: 0)
    }

    deinit {
        unsafe slots.deallocate()
    }

    /// Forgets all values and makes room for those of a ruleset.
    @inline(__always)
    mutating func prepare(count: Int) {
        generation &+= 1
        if count > capacity { grow(to: count) }
    }

    private mutating func grow(to count: Int) {
        unsafe slots.deallocate()
        unsafe slots = .allocate(capacity: count)
        unsafe slots.initialize(
            repeating: Slot(operand: Operand(false), generation: 0), count: count)
        capacity = count
    }

    /// A value that was worked out in this decision; nil when it was not.
    @inline(__always)
    func value(_ number: UInt32) -> Operand? {
        precondition(number < capacity, "a program shares more values than its ruleset says")
        let slot = unsafe slots[Int(number)]
        return slot.generation == generation ? slot.operand : nil
    }

    @inline(__always)
    mutating func remember(_ operand: Operand, _ number: UInt32) {
        precondition(number < capacity, "a program shares more values than its ruleset says")
        unsafe slots[Int(number)] = Slot(operand: operand, generation: generation)
    }
}
