import CedarSyntax

/// Puts the steps of a program into words.
struct ProgramListing {
    let rules: RulesView
    /// How many policies have each shared value.
    let sharers: [UInt32: UInt32]

    /// Longer values are cut off.
    private static let longestValue = 100

    /// The steps of the program that starts at a place in words.
    func steps(from start: Int) -> [ProgramStep] {
        var steps: [ProgramStep] = []
        while true {
            let instruction = rules.instruction(start + steps.count)
            steps.append(
                ProgramStep(number: steps.count, text: text(instruction, steps.count, start)))
            if instruction.operation == .end { return steps }
        }
    }

    private func text(_ step: Instruction, _ number: Int, _ start: Int) -> String {
        func target(_ place: Int) -> String { "\(place - start)" }
        switch step.operation {
        case .constant: return value(step.target)
        case .variable: return variable(step.flag)
        case .load: return attribute(step.flag, step.target)
        case .variableInLoad:
            return "\(variable(step.flag & 15)) in \(attribute(step.flag >> 4, step.target))"
        case .loadEqualVariable:
            let sign = step.short == 0 ? "==" : "!="
            return "\(attribute(step.flag >> 4, step.target)) \(sign) \(variable(step.flag & 15))"
        case .loadContainsVariable:
            return "\(attribute(step.flag >> 4, step.target)).contains(\(variable(step.flag & 15)))"
        case .variableHas: return "\(variable(step.flag)) has \(name(step.target))"
        case .recall:
            let policies = sharers[step.target] ?? 0
            return "shared value \(step.target), which \(policies) policies have; when it is known"
                + " go to \(number + 1 + Int(step.short))"
        case .remember: return "keep it as shared value \(step.target)"
        case .attribute: return "its " + member(step.target)
        case .has: return "has \(name(step.target))"
        case .descend:
            return "its \(member(step.target)); when it is missing, false and go to "
                + "\(number + 1 + Int(step.short))"
        case .like: return "like \(pattern(step.target))"
        case .isType: return "is \(type(step.target))"
        case .guardType:
            return "is \(type(step.target)): go to \(number + 2), else false"
        case .requireBool: return "must be a bool"
        case .and: return "unless true go to \(target(Int(step.target)))"
        case .or: return "if true go to \(target(Int(step.target)))"
        case .branch: return "if false go to \(target(Int(step.target)))"
        case .jump: return "go to \(target(Int(step.target)))"
        case .makeSet: return "a set of the last \(step.target)"
        case .makeRecord: return record(step.target)
        case .call:
            let function = ExtensionFunction(code: step.flag)?.rawValue ?? "function"
            return "\(function) of the last \(step.short)"
        case .end: return "end"
        case .not, .negate, .isEmpty, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .add, .subtract, .multiply, .isIn, .contains, .containsAll,
            .containsAny, .hasTag, .getTag:
            return operation(step)
        }
    }

    /// An operation on what lies on top of the stack.
    private func operation(_ step: Instruction) -> String {
        let sign =
            switch step.operation {
            case .not: "!"
            case .negate: "-"
            case .isEmpty: "isEmpty"
            case .equal: "=="
            case .notEqual: "!="
            case .less: "<"
            case .lessOrEqual: "<="
            case .greater: ">"
            case .greaterOrEqual: ">="
            case .add: "+"
            case .subtract: "-"
            case .multiply: "*"
            case .isIn: "in"
            default: "\(step.operation)"
            }
        switch step.operation {
        case .not, .negate, .isEmpty: return "\(sign) of the last"
        default:
            return step.flag == Instruction.constantOperand
                ? "\(sign) \(value(step.target))" : "\(sign) of the last two"
        }
    }

    // MARK: Operands

    private func variable(_ code: UInt8) -> String { Variable(code: code).rawValue }

    private func key(_ offset: UInt32) -> Text { FlatString(rules.constant(offset)).text }

    private func name(_ offset: UInt32) -> String { key(offset).spelledAsName }

    /// `.name` or `["a name"]`
    private func member(_ offset: UInt32) -> String { key(offset).spelledAsMember }

    private func attribute(_ variable: UInt8, _ key: UInt32) -> String {
        self.variable(variable) + member(key)
    }

    private func value(_ offset: UInt32) -> String {
        Value(rules.constant(offset)).text.cut(Self.longestValue)
    }

    private func type(_ offset: UInt32) -> String {
        FlatEntity(rules.constant(offset)).uid.type.string
    }

    private func pattern(_ offset: UInt32) -> String {
        FlatPattern(rules.constant(offset)).text.cut(Self.longestValue)
    }

    private func record(_ offset: UInt32) -> String {
        let list = rules.constant(offset)
        let names = (0..<Int(list.half(0))).map { name(list.half(8 + $0 * 4)) }
        return "a record of the last \(names.count): \(names.joined(separator: ", "))"
            .cut(Self.longestValue)
    }
}

extension Variable {
    /// The variable for which a number stands in code.
    init(code: UInt8) { self = Self.allCases.first { $0.code == code } ?? .context }
}

extension FlatPattern {
    /// The pattern as it is written behind `like`.
    fileprivate var text: String {
        let pieces = (0..<Int(flat.half(0))).map { index in
            let (offset, count) = (Int(flat.half(8 + index * 8)), Int(flat.half(12 + index * 8)))
            let piece = Text(validUTF8: flat.copy(offset, count: count)).quoted
            return piece.dropFirst().dropLast().split(
                separator: "*", omittingEmptySubsequences: false
            ).joined(separator: "\\*")
        }
        return "\"\(pieces.joined(separator: "*"))\""
    }
}

extension String {
    /// The text, or so much of it that with three dots it has a number of characters.
    func cut(_ count: Int) -> String {
        self.count > count ? prefix(count - 3) + "..." : self
    }
}
