/// The machine's stack; every program's depth is known, so room is made before it runs.
@safe
struct OperandStack: ~Copyable {
    private var storage: UnsafeMutablePointer<Operand>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 64) {
        unsafe storage = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// Empties the stack and makes room for a program.
    @inline(__always)
    mutating func prepare(depth: Int) {
        count = 0
        if depth > capacity { grow(to: depth) }
    }

    private mutating func grow(to depth: Int) {
        unsafe storage.deallocate()
        unsafe storage = .allocate(capacity: depth)
        capacity = depth
    }

    @inline(__always)
    mutating func push(_ operand: Operand) {
        precondition(count < capacity, "a program is deeper than it says")
        unsafe (storage + count).initialize(to: operand)
        count &+= 1
    }

    @inline(__always)
    mutating func pop() -> Operand {
        precondition(count > 0, "a program pops more than it pushes")
        count &-= 1
        return unsafe storage[count]
    }

    @inline(__always)
    var top: Operand {
        precondition(count > 0, "a program reads an empty stack")
        return unsafe storage[count &- 1]
    }

    /// The operand at a distance below the top; 0 is the top.
    @inline(__always)
    func peek(_ distance: Int) -> Operand {
        precondition(distance >= 0 && distance < count, "a program reads below its stack")
        return unsafe storage[count &- 1 &- distance]
    }

    @inline(__always)
    mutating func replaceTop(_ operand: Operand) {
        precondition(count > 0, "a program writes to an empty stack")
        unsafe storage[count &- 1] = operand
    }

    @inline(__always)
    mutating func drop(_ number: Int) {
        precondition(number <= count, "a program drops more than it pushed")
        count &-= number
    }
}
