/// One step of a program: eight bytes.
///
/// `target` is an offset in the constants, a place in the code or a number; `short` and `flag`
/// depend on the operation.
struct Instruction: BitwiseCopyable {
    let operation: Operation
    let flag: UInt8
    var short: UInt16
    var target: UInt32

    /// The flag of an operation on two operands whose right one is the constant at `target`; else
    /// both are on the stack.
    static let constantOperand: UInt8 = 1

    init(_ operation: Operation, flag: UInt8 = 0, short: UInt16 = 0, target: UInt32 = 0) {
        self.operation = operation
        self.flag = flag
        self.short = short
        self.target = target
    }
}

/// What a step does. "Top" is the top of the stack; "key" is the flat string at `target`.
enum Operation: UInt8 {
    /// Pushes the flat value at `target`.
    case constant
    /// Pushes the variable `flag`.
    case variable
    /// Pushes the attribute key of the variable `flag`.
    case load
    /// Pushes whether the variable in the low half of `flag` is in the attribute key of the one in
    /// the high half.
    case variableInLoad
    /// Pushes whether the attribute key of the variable in the high half of `flag` equals the
    /// variable in the low half; the opposite when `short` is not 0.
    case loadEqualVariable
    /// Pushes whether the attribute key of the variable in the high half of `flag` contains the
    /// variable in the low half.
    case loadContainsVariable
    /// Pushes whether the variable `flag` has the attribute key.
    case variableHas
    /// Pushes the shared value `target` and skips `short` steps, if it is known in this decision.
    case recall
    /// Makes the top known as the shared value `target`.
    case remember
    /// Replaces the entity or record at the top by its attribute key.
    case attribute
    /// Replaces the entity or record at the top by whether it has the attribute key.
    case has
    /// Goes on with the attribute key of the top; when it is absent the top becomes false and
    /// `short` steps are skipped. A part of `has a.b`.
    case descend
    case not
    case negate
    case isEmpty
    case equal
    case notEqual
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual
    case add
    case subtract
    case multiply
    case isIn
    case contains
    case containsAll
    case containsAny
    case hasTag
    case getTag
    /// Replaces the string at the top by whether it matches the pattern at `target`.
    case like
    /// Replaces the entity at the top by whether it is of the type of the entity at `target`.
    case isType
    /// Faults unless the top is an entity; skips the next step when it is of the type of the
    /// entity at `target`, else makes it false. The start of `is T in x`.
    case guardType
    /// Faults unless the top is a bool.
    case requireBool
    /// Faults unless the top is a bool; goes to `target` when it is false, else drops it.
    case and
    /// Faults unless the top is a bool; goes to `target` when it is true, else drops it.
    case or
    /// Drops the top, a bool; goes to `target` when it is false.
    case branch
    case jump
    /// Replaces `target` operands by the set of them.
    case makeSet
    /// Replaces operands by a record with the keys of the key list at `target`.
    case makeRecord
    /// Calls the extension function `flag` with `short` operands.
    case call
    /// Ends the program; the top is the result.
    case end
}

extension Operation {
    /// Whether it always gives a bool.
    var isTest: Bool {
        switch self {
        case .not, .isEmpty, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
            .isIn, .contains, .containsAll, .containsAny, .hasTag, .requireBool:
            true
        default: false
        }
    }
}

extension Instruction {
    /// The instruction as it must read when its program comes to lie farther on.
    func moved(by words: UInt32) -> Instruction {
        var moved = self
        switch operation {
        case .and, .or, .branch, .jump:
            moved.target &+= words
        case .constant, .variable, .load, .variableInLoad, .loadEqualVariable,
            .loadContainsVariable, .variableHas, .recall, .remember, .attribute, .has, .descend,
            .not, .negate, .isEmpty, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .add, .subtract, .multiply, .isIn, .contains, .containsAll,
            .containsAny, .hasTag, .getTag, .like, .isType, .guardType, .requireBool, .makeSet,
            .makeRecord, .call, .end:
            break
        }
        return moved
    }
}
