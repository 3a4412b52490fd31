import CedarSyntax

/// The expressions of a policy set, each equal one once.
///
/// A node is found by the hash of its content and confirmed by the content itself, so that equal
/// numbers are equal expressions, whichever policies they stand in. All expressions of Cedar are
/// pure: within one decision equal ones have one value or one fault.
struct ExpressionGraph: ~Copyable {
    /// What a node does; its operands are nodes.
    enum Kind: UInt8 {
        /// The flat value at `payload`.
        case constant
        /// The variable `flag`.
        case variable
        /// The operation `flag` on one operand.
        case unary
        /// The operation `flag` on two operands.
        case binary
        case and
        case or
        case conditional
        /// The attribute whose name is the flat string at `payload`.
        case attribute
        /// `has` with the names behind the operand.
        case has
        /// `like` with the pattern at `payload`.
        case like
        /// `is` the type of the entity at `payload`.
        case isType
        /// `is` that type and `in` the second operand.
        case isTypeIn
        case set
        /// As many names behind the operands as there are operands.
        case record
        /// The extension function `flag`.
        case call
    }

    struct Node: BitwiseCopyable {
        let kind: Kind
        let flag: UInt8
        /// Its value is a bool, if it has one.
        let isBool: Bool
        /// It has a value whatever the request and the entities are.
        let isInfallible: Bool
        /// Whether two of its policies may run in one decision.
        var overlaps = false
        /// Offset among the constants.
        let payload: UInt32
        /// Where its operands begin in `words`, and the number of words.
        let first: UInt32
        let count: UInt32
        /// Estimated, in steps of about ten machine instructions.
        let cost: UInt32
        /// The number of policies in which it stands.
        var policies: UInt32 = 0
        fileprivate var lastPolicy: UInt32 = 0
        fileprivate var lastAction: UInt32 = 0
    }

    private(set) var nodes: [Node] = []
    private var words: [UInt32] = []
    /// Literals, names and patterns; ``CodeEmitter`` copies those that programs use.
    private(set) var constants = ConstantPool()
    /// The sizes of the patterns, by their offsets: they have no header that tells.
    private var patternSizes: [UInt32: Int] = [:]
    /// Open addressing, a power of two long, at most half full; one more than the node.
    private var table = Array(repeating: UInt32(0), count: 64)
    /// The policy that is being read, from 1 on, and what its action must be; 0 for any.
    private var policy: UInt32 = 0
    private var policyCount: UInt32 = 0
    private var action: UInt32 = 0
    let folder = ConstantFolder()

    /// Begins the next policy.
    mutating func beginPolicy(_ constraint: ActionConstraint) throws(CompileError) {
        policyCount += 1
        policy = policyCount
        action = 0
        if case .equal(let uid) = constraint { action = try constants.add(.entity(uid)) + 1 }
    }

    /// Ends the counting of policies: what is made from now on is of none.
    mutating func endPolicies() {
        policy = 0
    }

    // MARK: Reading

    func operand(_ node: Node, _ index: Int) -> UInt32 { words[Int(node.first) + index] }

    func operands(_ node: Node) -> ArraySlice<UInt32> {
        let count = node.kind == .record ? node.count / 2 : node.kind == .has ? 1 : node.count
        return words[Int(node.first)..<Int(node.first + count)]
    }

    /// The offsets of the names of a `has` or of a record.
    func names(_ node: Node) -> ArraySlice<UInt32> {
        words[Int(node.first) + operands(node).count..<Int(node.first + node.count)]
    }

    func isConstant(_ number: UInt32) -> Bool { nodes[Int(number)].kind == .constant }

    /// The bool that a node always is; nil for any other node.
    func bool(_ number: UInt32) -> Bool? {
        let node = nodes[Int(number)]
        guard node.kind == .constant, tag(node) == .bool else { return nil }
        return constants.bytes[Int(node.payload) + 1] != 0
    }

    /// The kind of a constant's value.
    func tag(_ node: Node) -> FlatTag? {
        FlatTag(rawValue: constants.bytes[Int(node.payload)])
    }

    /// The bytes of a flat constant, or of a pattern.
    func bytes(at offset: UInt32) -> [UInt8] {
        let start = Int(offset)
        let size =
            patternSizes[offset]
            ?? constants.bytes[start + 4..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        return Array(constants.bytes[start..<start + size])
    }

    // MARK: Making

    mutating func constant(_ value: Value) throws(CompileError) -> UInt32 {
        intern(.constant, payload: try constants.add(value))
    }

    mutating func constant(_ bytes: [UInt8]) throws(CompileError) -> UInt32 {
        intern(.constant, payload: try constants.add(bytes))
    }

    mutating func add(_ value: Value) throws(CompileError) -> UInt32 { try constants.add(value) }

    mutating func add(_ pattern: Pattern) throws(CompileError) -> UInt32 {
        let bytes = FlatPattern.bytes(of: pattern)
        let offset = try constants.add(bytes)
        patternSizes[offset] = bytes.count
        return offset
    }

    /// Finds or makes a node, and counts the policy that is being read.
    mutating func intern(
        _ kind: Kind, flag: UInt8 = 0, payload: UInt32 = 0, _ content: [UInt32] = []
    ) -> UInt32 {
        var state = FlatHash.mix(
            FlatHash.start(count: content.count),
            UInt64(kind.rawValue) << 40 | UInt64(flag) << 32 | UInt64(payload))
        for word in content { state = FlatHash.mix(state, UInt64(word)) }
        let hash = FlatHash.end(state)
        var slot = Int(truncatingIfNeeded: hash) & (table.count - 1)
        while table[slot] != 0 {
            let number = table[slot] - 1
            let node = nodes[Int(number)]
            if node.kind == kind, node.flag == flag, node.payload == payload,
                words[Int(node.first)..<Int(node.first + node.count)].elementsEqual(content)
            {
                count(number)
                return number
            }
            slot = (slot + 1) & (table.count - 1)
        }
        let number = UInt32(nodes.count)
        nodes.append(makeNode(kind, flag, payload, content))
        words += content
        hashes.append(hash)
        table[slot] = number + 1
        if nodes.count * 2 > table.count { grow() }
        count(number)
        return number
    }

    private var hashes: [UInt64] = []

    private mutating func grow() {
        var larger = Array(repeating: UInt32(0), count: table.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = UInt32(number) + 1
        }
        table = larger
    }

    private mutating func count(_ number: UInt32) {
        let index = Int(number)
        guard policy != 0, nodes[index].lastPolicy != policy else { return }
        let known = nodes[index]
        // Policies for different actions never run in one decision; the last one must do, so that
        // some that could share a value do not.
        if known.policies > 0, action == 0 || known.lastAction == 0 || known.lastAction == action {
            nodes[index].overlaps = true
        }
        // Once a policy for any action has it, it overlaps with whatever comes.
        nodes[index].lastAction = known.policies > 0 && known.lastAction == 0 ? 0 : action
        nodes[index].lastPolicy = policy
        nodes[index].policies += 1
    }

    private func makeNode(
        _ kind: Kind, _ flag: UInt8, _ payload: UInt32, _ content: [UInt32]
    ) -> Node {
        let names = kind == .record ? content.count / 2 : kind == .has ? content.count - 1 : 0
        let operands = content.dropLast(names).map { nodes[Int($0)] }
        let inner = operands.reduce(UInt32(0)) { $0.addingReportingOverflow($1.cost).partialValue }
        return Node(
            kind: kind, flag: flag, isBool: isBool(kind, flag, payload, operands),
            isInfallible: names < 2 && isInfallible(kind, flag, operands), payload: payload,
            first: UInt32(words.count), count: UInt32(content.count),
            cost: min(inner, 1 << 24) + ownCost(kind, flag, operands.count))
    }

    private func isBool(
        _ kind: Kind, _ flag: UInt8, _ payload: UInt32, _ operands: [Node]
    ) -> Bool {
        switch kind {
        case .constant: FlatTag(rawValue: constants.bytes[Int(payload)]) == .bool
        case .variable, .attribute, .set, .record: false
        case .and, .or, .has, .like, .isType, .isTypeIn: true
        case .conditional: operands[1].isBool && operands[2].isBool
        case .unary, .binary: Operation(rawValue: flag)?.isTest ?? false
        case .call: ExtensionFunction(code: flag)?.isTest ?? false
        }
    }

    /// Only what can neither fault nor outgrow the workspace.
    private func isInfallible(_ kind: Kind, _ flag: UInt8, _ operands: [Node]) -> Bool {
        guard operands.allSatisfy(\.isInfallible) else { return false }
        switch kind {
        case .constant, .variable: return true
        case .attribute, .like, .set, .record, .call: return false
        case .and, .or: return operands.allSatisfy(\.isBool)
        case .conditional: return operands[0].isBool
        case .has:
            // A path of several names may lead through a value that is no record.
            return operands[0].kind == .variable
        case .isType: return isEntity(operands[0])
        case .isTypeIn: return isEntity(operands[0]) && isTarget(operands[1])
        case .unary:
            switch Operation(rawValue: flag) {
            case .not, .requireBool: return operands[0].isBool
            default: return false
            }
        case .binary:
            switch Operation(rawValue: flag) {
            case .equal, .notEqual: return true
            case .isIn: return isEntity(operands[0]) && isTarget(operands[1])
            default: return false
            }
        }
    }

    private func isEntity(_ node: Node) -> Bool {
        switch node.kind {
        case .variable: node.flag != Variable.context.code
        case .constant: tag(node) == .entity
        default: false
        }
    }

    /// An entity or a constant set of entities.
    private func isTarget(_ node: Node) -> Bool {
        if isEntity(node) { return true }
        guard node.kind == .constant, tag(node) == .set else { return false }
        return constants.bytes[Int(node.payload) + 12] & UInt8(FlatLayout.allEntitiesFlag) != 0
    }

    private func ownCost(_ kind: Kind, _ flag: UInt8, _ operands: Int) -> UInt32 {
        switch kind {
        case .constant, .variable, .and, .or, .conditional, .isType: 1
        case .attribute, .has: 5
        case .like: 8
        case .isTypeIn: 15
        case .set, .record: 20 + UInt32(clamping: operands) * 6
        case .call: 15
        case .unary: 1
        case .binary:
            switch Operation(rawValue: flag) {
            case .isIn: 15
            case .contains: 6
            case .containsAll, .containsAny: 12
            case .hasTag, .getTag: 8
            default: 2
            }
        }
    }
}
