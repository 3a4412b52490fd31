import CedarEngine
import CedarSyntax

/// Lays out the record `verified` of parts that are flat values already.
struct VerifiedRecord: ~Copyable {
    /// Its members, in the order of ``names``.
    enum Member: Int, CaseIterable {
        case now, tls, token, device, sourceIP, http, gateway

        var name: Text {
            switch self {
            case .now: "now"
            case .tls: "tls"
            case .token: "token"
            case .device: "device"
            case .sourceIP: "sourceIp"
            case .http: "http"
            case .gateway: "gateway"
            }
        }
    }

    /// The names as flat strings, which the views below look at.
    private let constants: [FlatConstant]
    /// The members in the order in which a record has them.
    private let order: [(member: Member, key: FlatString)]
    private let ownName: FlatConstant
    private var assembler = RecordAssembler()
    private var values: [7 of FlatBytes?] = .init(repeating: nil)

    /// - Parameter name: the member of the context that the record becomes.
    /// - Throws: when the name exceeds the bounds on values.
    init(named name: Text) throws(FlatEncoder.Failure) {
        var constants: [FlatConstant] = []
        for member in Member.allCases {
            constants.append(try FlatConstant(.string(member.name)))
        }
        ownName = try FlatConstant(.string(name))
        self.constants = constants
        order = Member.allCases
            .map { ($0, FlatString(constants[$0.rawValue].flat)) }
            .sorted {
                FlatMember(key: $0.1, value: $0.1.flat)
                    .precedes(FlatMember(key: $1.1, value: $1.1.flat))
            }
    }

    /// Begins a new record; what was given before must not be looked at any more.
    mutating func begin(now milliseconds: Int64) {
        assembler.reset()
        values = .init(repeating: nil)
        values[Member.now.rawValue] = assembler.datetime(milliseconds)
    }

    /// Sets a member; the value must stay readable until the decision is made.
    mutating func set(_ member: Member, _ value: FlatBytes) {
        values[member.rawValue] = value
    }

    /// Sets the client's address.
    mutating func set(sourceIP address: IPAddress) {
        values[Member.sourceIP.rawValue] = assembler.ip(address)
    }

    /// The context with the record as one member more.
    mutating func insert(into context: FlatRecord) -> RecordAssembler.Insertion {
        // An array could not be lent while the assembler is changed.
        let own = FlatMember(key: FlatString(ownName.flat), value: ownName.flat)
        var members: [7 of FlatMember] = .init(repeating: own)
        var count = 0
        for index in order.indices {
            if let value = values[order[index].member.rawValue] {
                members[count] = FlatMember(key: order[index].key, value: value)
                count += 1
            }
        }
        return assembler.insert(
            recordOf: members.span.extracting(0..<count), as: FlatString(ownName.flat),
            into: context)
    }
}
