package import CedarSyntax

extension Value {
    /// Reads a flat value into a tree; the depth of flat values is bounded, so is this.
    package init(_ flat: FlatBytes) {
        let bits = flat.tag == .bool ? UInt64(flat.byte(1)) : flat.word(8)
        switch flat.tag {
        case .bool: self = .bool(bits != 0)
        case .long: self = .long(Int64(bitPattern: bits))
        case .decimal: self = .decimal(Decimal(scaled: Int64(bitPattern: bits)))
        case .datetime: self = .datetime(DateTime(milliseconds: Int64(bitPattern: bits)))
        case .duration: self = .duration(Duration(milliseconds: Int64(bitPattern: bits)))
        case .string: self = .string(FlatString(flat).text)
        case .entity: self = .entity(FlatEntity(flat).uid)
        case .ip: self = .ip(IPAddress(flat))
        case .set:
            let set = FlatSet(flat)
            self = .set((0..<set.count).map { Value(set.element($0)) })
        case .record:
            self = .record(FlatRecord(flat).members)
        }
    }
}

extension FlatRecord {
    /// The members as trees, in the order of their keys' bytes.
    package var members: [(key: Text, value: Value)] {
        (0..<count)
            .map { (key: self.key($0).text, value: Value(value($0))) }
            .sorted { $0.key < $1.key }
    }
}

extension FlatSet {
    /// The identities of a set that holds entities only, in order.
    package var uids: [EntityUID] {
        (0..<count).map { FlatEntity(element($0)).uid }.sorted()
    }
}

extension IPAddress {
    init(_ flat: FlatBytes) {
        let prefix = flat.byte(2)
        if flat.byte(1) == 6 {
            self.init(ipv6: flat.word(8), flat.word(16), prefix: prefix)
        } else {
            self.init(ipv4: UInt32(truncatingIfNeeded: flat.word(16)), prefix: prefix)
        }
    }
}
