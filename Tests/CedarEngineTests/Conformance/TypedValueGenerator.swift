import SeededNumbers
import CedarSyntax

/// A type of a context, with values that fit it and values that nearly do.
indirect enum TypeSample {
    case bool, long, string, decimal, ipaddr, datetime, duration
    case entity(Text)
    case set(TypeSample)
    case record([(name: Text, type: TypeSample, isRequired: Bool)])

    /// As schema text.
    var text: String {
        switch self {
        case .bool: "Bool"
        case .long: "Long"
        case .string: "String"
        case .decimal: "decimal"
        case .ipaddr: "ipaddr"
        case .datetime: "datetime"
        case .duration: "duration"
        case .entity(let name): name.string
        case .set(let element): "Set<\(element.text)>"
        case .record(let members):
            "{"
                + members.map { "\($0.name.quoted)\($0.isRequired ? "" : "?"): \($0.type.text)" }
                .joined(separator: ", ") + "}"
        }
    }
}

/// Makes types and values of them; now and then a value is off in one place.
struct TypedValueGenerator {
    var values: ValueGenerator
    /// One in so many values is not of its type; 0 for none.
    var oneIn = 0

    init(seed: UInt64) { values = ValueGenerator(seed: seed) }

    static let names: [Text] = ["a", "b", "c", "amount", "when", "é", "two words", ""]

    mutating func type(depth: Int) -> TypeSample {
        switch values.numbers.below(depth > 0 ? 11 : 8) {
        case 0: return .bool
        case 1: return .long
        case 2: return .string
        case 3: return .decimal
        case 4: return .ipaddr
        case 5: return .datetime
        case 6: return .duration
        case 7: return .entity(["User", "Color", "Action", "NS::Thing"][values.numbers.below(4)])
        case 8: return .set(type(depth: depth - 1))
        default: return record(depth: depth - 1)
        }
    }

    mutating func record(depth: Int) -> TypeSample {
        let names = Self.names.shuffled(using: &values.numbers)
            .prefix(values.numbers.below(Self.names.count))
        return .record(
            names.map { ($0, type(depth: depth), Bool.random(using: &values.numbers)) })
    }

    mutating func value(of type: TypeSample) -> Value {
        if oneIn > 0, values.numbers.below(oneIn) == 0 { return values.value(depth: 2) }
        switch type {
        case .bool: return .bool(Bool.random(using: &values.numbers))
        case .long: return .long(Int64(values.numbers.below(5)))
        case .string: return .string(values.text())
        case .decimal: return .decimal(Decimal(scaled: Int64(values.numbers.below(5))))
        case .ipaddr: return .ip(IPAddress(ipv4: UInt32(values.numbers.below(5))))
        case .datetime: return .datetime(DateTime(milliseconds: Int64(values.numbers.below(5))))
        case .duration: return .duration(Duration(milliseconds: Int64(values.numbers.below(5))))
        case .entity(let name): return .entity(entity(name))
        case .set(let element):
            return .set((0..<values.numbers.below(4)).map { _ in value(of: element) })
        case .record: return .record(members(of: type))
        }
    }

    mutating func members(of type: TypeSample) -> [(key: Text, value: Value)] {
        guard case .record(let declared) = type else { return [] }
        var members: [(key: Text, value: Value)] = []
        for member in declared {
            let isPresent = member.isRequired || Bool.random(using: &values.numbers)
            let isOff = oneIn > 0 && values.numbers.below(oneIn) == 0
            if isPresent != isOff { members.append((member.name, value(of: member.type))) }
        }
        if oneIn > 0, values.numbers.below(oneIn) == 0 {
            let extra = Self.names[values.numbers.below(Self.names.count)]
            if !members.contains(where: { $0.key == extra }) {
                members.append((extra, values.value(depth: 1)))
            }
        }
        return members.shuffled(using: &values.numbers)
    }

    /// An entity of a type; of limited types most often one that may exist.
    mutating func entity(_ name: Text) -> EntityUID {
        let isOff = oneIn > 0 && values.numbers.below(oneIn) == 0
        switch name {
        case "Color": return uid(name, isOff ? "green" : ["red", "blue"][values.numbers.below(2)])
        case "Action": return uid(name, isOff ? "edit" : "x")
        default: return uid(name, values.text())
        }
    }
}
