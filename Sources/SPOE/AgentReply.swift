package import Gateway
import Routes
package import SPOP

/// The answer to one question while it is put together: the variables that HAProxy is to set.
///
/// Begins as a denial; ``conclude(_:)`` decides, the rest adds to it. What cannot be sent as it should
/// be, such as a header field with a line break, makes a denial of it: half an answer is never sent.
/// Kept by a worker, it allocates nothing after warm-up.
package struct AgentReply: ~Copyable {
    /// The status of the answer: 200, or that of the denial.
    package private(set) var status: UInt32 = 403
    /// Whether something could not be sent, so that the answer became a denial.
    package private(set) var isSpoiled = false
    private var decisionID: [UInt8] = []
    private var fields = HeaderList()
    private var actions = ActionList()

    package init() {}

    package var isAllowed: Bool { status == 200 }

    /// Forgets everything: the answer is a denial.
    package mutating func reset() {
        isSpoiled = false
        decisionID.removeAll(keepingCapacity: true)
        conclude(.forbidden)
    }

    /// Decides, and forgets what was added before, so that nothing of one answer gets into another.
    ///
    /// - Parameter denial: nil for an allow.
    package mutating func conclude(_ denial: DenialCode?) {
        guard !isSpoiled else { return }
        status = denial.map { UInt32($0.rawValue) } ?? 200
        fields.removeAll()
        actions.removeAll()
    }

    /// Names the decision; it stays named when the answer is spoiled.
    package mutating func identify(_ id: Span<UInt8>) {
        decisionID.removeAll(keepingCapacity: true)
        for index in id.indices { decisionID.append(id[index]) }
    }

    /// Sets a variable to text that is not for a header field.
    package mutating func set(_ name: StaticString, _ text: Span<UInt8>) {
        guard !isSpoiled else { return }
        actions.set(name, text)
    }

    /// Sets a variable to text for a header field.
    package mutating func setValue(_ name: StaticString, _ value: Span<UInt8>) {
        guard !isSpoiled else { return }
        guard Self.isExact(value) else { return spoil() }
        actions.set(name, value)
    }

    /// Sets the variable of a header field, `header.x_name` for `x-name`; of two with one name the first
    /// counts.
    ///
    /// - Parameters:
    ///   - name: in lower case. One with other characters than `a`–`z`, digits and `-` has no variable,
    ///     or that of another field.
    ///   - value: not empty: a variable that is not set stands for a field without a value.
    package mutating func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard !isSpoiled else { return }
        guard fields.find(name) == .absent else { return }
        guard Self.isVariable(name), !FieldNames.isReserved(name), Self.isExact(value) else {
            return spoil()
        }
        do throws(RequestRefusal) {
            try fields.append(name: name, value: value)
        } catch {
            return spoil()
        }
        actions.set(prefix: "header.", field: name, value)
    }

    /// Writes the answer to a question.
    ///
    /// - Parameter maximumBytes: the largest frame, at least ``Frame/minimumMaximumBytes``.
    package mutating func write(
        to frames: inout AgentFrames, for question: Frame, maximumBytes: Int
    ) {
        if isSpoiled { explainSpoiling() } else { nameDecision() }
        concludeActions()
        if frames.acknowledge(
            streamID: question.streamID, frameID: question.frameID, actions,
            maximumBytes: maximumBytes)
        {
            return
        }
        spoil()
        explainSpoiling()
        concludeActions()
        // Fits always: names and values are short.
        _ = frames.acknowledge(
            streamID: question.streamID, frameID: question.frameID, actions,
            maximumBytes: maximumBytes)
    }

    private mutating func spoil() {
        conclude(.forbidden)
        isSpoiled = true
    }

    /// Adds what was decided: last, so that nothing is allowed when HAProxy stops reading before it.
    private mutating func concludeActions() {
        let (status, isAllowed) = (status, isAllowed)
        actions.set("status", status)
        actions.set("allow", isAllowed)
    }

    private mutating func nameDecision() {
        let id = decisionID
        actions.set("decision_id", id.span)
    }

    private mutating func explainSpoiling() {
        actions.removeAll()
        nameDecision()
        let words: StaticString = "answer-not-sendable"
        let detail = unsafe Span(_unsafeStart: words.utf8Start, count: words.utf8CodeUnitCount)
        actions.set("detail", detail)
    }

    private static func isVariable(_ name: Span<UInt8>) -> Bool {
        guard 1...128 ~= name.count else { return false }
        for index in name.indices {
            switch name[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                continue
            default: return false
            }
        }
        return true
    }

    /// Whether a header field can carry a value as it is: space at the ends would be lost, and with it
    /// the difference to another name.
    private static func isExact(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return false }
        if isBlank(value[0]) || isBlank(value[value.count - 1]) { return false }
        for index in value.indices {
            let byte = value[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
        }
        return true
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
