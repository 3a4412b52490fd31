/// A connection's place in one queue.
struct ConnectionLink: BitwiseCopyable {
    var previous: Int32 = -1
    var next: Int32 = -1
    /// When the connection's time is up, in monotonic nanoseconds; unused without a time limit.
    var deadline: UInt64 = 0
}

/// A first-in first-out queue of connections whose links lie in the connections themselves.
///
/// Each queue has one time limit, so that the first to enter is the first to expire.
struct ConnectionQueue: BitwiseCopyable {
    /// Which of a connection's links a queue uses.
    enum Purpose: Int, BitwiseCopyable {
        /// Input waits for its turn.
        case ready
        /// A message is begun and not finished.
        case incomplete
        /// Output is not yet sent.
        case unsent
        /// The protocol waits for the time.
        case timed
    }

    private let index: Int
    private let bit: UInt8
    private var head: Int32 = -1
    private var tail: Int32 = -1

    init(_ purpose: Purpose) {
        index = purpose.rawValue
        bit = 1 << UInt8(purpose.rawValue)
    }

    /// The slot that entered first; `nil` when the queue is empty.
    var first: Int? { head < 0 ? nil : Int(head) }

    func contains(_ slot: Int, in table: borrowing ConnectionTable) -> Bool {
        table[slot].queues & bit != 0
    }

    /// When the first connection's time is up; `nil` when the queue is empty.
    func nextDeadline(in table: borrowing ConnectionTable) -> UInt64? {
        head < 0 ? nil : table[Int(head)].links[index].deadline
    }

    /// Adds a connection at the end, if it is not in the queue.
    mutating func enter(_ slot: Int, deadline: UInt64 = 0, in table: inout ConnectionTable) {
        if contains(slot, in: table) { return }
        table[slot].links[index] = ConnectionLink(
            previous: tail, next: -1, deadline: deadline)
        table[slot].queues |= bit
        if tail >= 0 {
            table[Int(tail)].links[index].next = Int32(truncatingIfNeeded: slot)
        } else {
            head = Int32(truncatingIfNeeded: slot)
        }
        tail = Int32(truncatingIfNeeded: slot)
    }

    /// Removes a connection, if it is in the queue.
    mutating func leave(_ slot: Int, in table: inout ConnectionTable) {
        if !contains(slot, in: table) { return }
        let link = table[slot].links[index]
        if link.previous >= 0 {
            table[Int(link.previous)].links[index].next = link.next
        } else {
            head = link.next
        }
        if link.next >= 0 {
            table[Int(link.next)].links[index].previous = link.previous
        } else {
            tail = link.previous
        }
        table[slot].queues &= ~bit
    }
}
