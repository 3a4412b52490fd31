package import CedarEngine
import CedarSyntax

/// What a request asks, as flat values; valid until the composer is used again, and as long as the
/// table lives.
package struct RoutedQuestion: BitwiseCopyable {
    package let action: FlatEntity
    package let resource: FlatEntity
    /// The members that the route reads from the request.
    package let context: FlatRecord
    /// What the request says of the resource; without members when the route reads none.
    package let resourceAttributes: FlatRecord
}

/// Makes questions of requests that a route matches, in memory that is reused: after warm-up it
/// allocates nothing.
package struct RouteComposer: ~Copyable {
    private var flats = FlatComposer()
    private var id: [UInt8] = []
    private var body = JSONBody()
    private let keys = HTTPKeys()
    private let emptyRecord = FlatConstant.emptyRecord()

    package init() {}

    /// Makes the question of one request.
    ///
    /// - Parameter route: the number that ``RouteTable/match(_:scratch:)`` gave for this request.
    /// - Throws: `memberMissing`, `memberDuplicated` or `memberInvalid` with the number of the member
    ///   (attributes first, then context; -1 for the resource's id), `bodyUnknown`, `bodyPartial` or
    ///   `bodyInvalid` when the route reads the body, or `tooLarge`.
    package mutating func compose(
        _ request: borrowing HTTPRequest, _ route: Int, of table: RouteTable
    ) throws(RequestRefusal) -> RoutedQuestion {
        flats.reset()
        // Read through spans: what is taken out of an array is copied, references and all.
        let allPlans = table.plans
        let plans = allPlans.span
        if plans[route].readsBody { try body.read(request) }
        let pointers = plans[route].pointers.span
        let resource = try resource(
            plans[route].resourceType, plans[route].resourceID.span, pointers, request)
        let attributes = try record(plans[route].attributes.span, pointers, from: 0, request)
        let context = try record(
            plans[route].context.span, pointers, from: plans[route].attributes.count, request)
        return RoutedQuestion(
            action: plans[route].action, resource: resource, context: context,
            resourceAttributes: attributes)
    }

    /// Describes the request that ``compose(_:_:of:)`` made a question of: what becomes
    /// `verified.http`, with `method`, `host`, `path`, `route`, and `query` if there is one.
    ///
    /// - Throws: `tooLarge`.
    package mutating func describe(
        _ request: borrowing HTTPRequest, _ route: Int, of table: RouteTable
    ) throws(RequestRefusal) -> FlatRecord {
        let plans = table.plans
        return try http(plans.span[route].name, request)
    }

    private mutating func resource(
        _ type: FlatString, _ parts: Span<RoutePlan.Source>, _ pointers: Span<BodyPointer>,
        _ request: borrowing HTTPRequest
    ) throws(RequestRefusal) -> FlatEntity {
        // Taken out of `self` for as long as it is read, so that `flats` may be written to.
        var id: [UInt8] = []
        swap(&id, &self.id)
        defer { swap(&id, &self.id) }
        id.clear()
        for index in parts.indices {
            if case .body(let place) = parts[index] {
                guard let node = try body.find(pointers[place].steps.span, number: -1) else {
                    throw RequestRefusal(.memberMissing, at: -1)
                }
                guard body.withText(node, { id.append($0) }) != nil else {
                    throw RequestRefusal(.memberInvalid, at: -1)
                }
                continue
            }
            let found = try lookup(parts[index], request, number: -1)
            guard case .found(let place, let range) = found else {
                throw RequestRefusal(.memberMissing, at: -1)
            }
            Self.withBytes(place, range, parts[index], request) { id.append($0) }
        }
        guard !id.isEmpty, id.span.isUTF8 else { throw RequestRefusal(.memberInvalid, at: -1) }
        let flat = type.withUTF8 { flats.entity(type: $0, id: id.span) }
        guard let flat else { throw RequestRefusal(.tooLarge) }
        return FlatEntity(flat)
    }

    private mutating func record(
        _ members: Span<RoutePlan.Member>, _ pointers: Span<BodyPointer>, from first: Int,
        _ request: borrowing HTTPRequest
    ) throws(RequestRefusal) -> FlatRecord {
        if members.isEmpty { return FlatRecord(emptyRecord.flat) }
        for index in members.indices {
            let member = members[index]
            if case .body(let place) = member.source {
                if let node = try body.find(
                    pointers[place].steps.span, number: first + index)
                {
                    let value = try body.flat(
                        node, member.kind, number: first + index, &flats)
                    flats.add(member.key, value)
                } else if !member.isOptional {
                    throw RequestRefusal(.memberMissing, at: first + index)
                }
                continue
            }
            switch try lookup(member.source, request, number: first + index) {
            case .absent:
                guard member.isOptional else {
                    throw RequestRefusal(.memberMissing, at: first + index)
                }
            case .found(let place, let range):
                let value = try Self.withBytes(place, range, member.source, request) {
                    (bytes) throws(RequestRefusal) in
                    try Self.flat(bytes, member.kind, number: first + index, &flats)
                }
                flats.add(member.key, value)
            }
        }
        guard let record = flats.record() else { throw RequestRefusal(.tooLarge) }
        return record
    }

    private static func flat(
        _ bytes: Span<UInt8>, _ kind: ValueKind<FlatString>, number: Int,
        _ flats: inout FlatComposer
    ) throws(RequestRefusal) -> FlatBytes {
        guard let value = ValueReader.read(bytes, kind) else {
            throw RequestRefusal(.memberInvalid, at: number)
        }
        let flat: FlatBytes?
        switch value {
        case .text:
            if case .entity(let type) = kind {
                flat = type.withUTF8 { flats.entity(type: $0, id: bytes) }
            } else {
                flat = flats.string(bytes)
            }
        case .long(let value): flat = flats.long(value)
        case .bool(let value): flat = flats.bool(value)
        case .decimal(let value): flat = flats.decimal(value)
        case .ip(let value): flat = flats.ip(value)
        }
        guard let flat else { throw RequestRefusal(.tooLarge) }
        return flat
    }

    private mutating func http(
        _ route: FlatString, _ request: borrowing HTTPRequest
    ) throws(RequestRefusal) -> FlatRecord {
        guard let method = flats.string(request.method.span),
            let host = flats.string(request.host.span),
            let path = flats.string(request.target.path.span)
        else { throw RequestRefusal(.tooLarge) }
        var query: FlatBytes?
        if request.target.hasQuery {
            query = flats.string(request.target.query.span)
            guard query != nil else { throw RequestRefusal(.tooLarge) }
        }
        let filler = FlatMember(key: FlatString(method), value: method)
        var members: [5 of FlatMember] = .init(repeating: filler)
        var count = 0
        for index in keys.ordered.indices {
            let value: FlatBytes? =
                switch keys.ordered[index].name {
                case .method: method
                case .host: host
                case .path: path
                case .route: route.flat
                case .query: query
                }
            guard let value else { continue }
            members[count] = FlatMember(key: keys.ordered[index].key, value: value)
            count += 1
        }
        guard let record = flats.record(ordered: members.span.extracting(0..<count)) else {
            throw RequestRefusal(.tooLarge)
        }
        return record
    }

    // MARK: Where values are

    /// Which buffer a value lies in.
    private enum Place: BitwiseCopyable { case path, query, headers, extensions, constant }

    private enum Found: BitwiseCopyable {
        case absent
        case found(Place, ByteRange)
    }

    private func lookup(
        _ source: RoutePlan.Source, _ request: borrowing HTTPRequest, number: Int
    ) throws(RequestRefusal) -> Found {
        switch source {
        case .segment(let index): return .found(.path, request.target.segments[index])
        case .rest(let index):
            let start = request.target.segments[index].start
            return .found(.path, ByteRange(start, request.target.decoded.count))
        case .constant(let text): return .found(.constant, ByteRange(0, text.count))
        case .header(let name):
            switch name.withUTF8({ request.headers.find($0) }) {
            case .absent: return .absent
            case .one(let range): return .found(.headers, range)
            case .several: throw RequestRefusal(.memberDuplicated, at: number)
            }
        case .extension(let name):
            switch name.withUTF8({ request.extensions.find($0) }) {
            case .absent: return .absent
            case .one(let range): return .found(.extensions, range)
            case .several: throw RequestRefusal(.memberDuplicated, at: number)
            }
        case .body: preconditionFailure("values of a body are found as nodes")
        case .query(let name):
            return try name.withUTF8 { (name) throws(RequestRefusal) in
                try Self.parameter(name, of: request.target, number: number)
            }
        }
    }

    private static func parameter(
        _ name: Span<UInt8>, of target: RequestTarget, number: Int
    ) throws(RequestRefusal) -> Found {
        var found = Found.absent
        for index in target.pairs.indices {
            let pair = target.pairs[index]
            let isAlike = target.queryBytes.withBytes(pair.name) { QueryNames.readsLike($0, name) }
            guard isAlike else { continue }
            // Of two nobody may choose one, nor say that a service takes one for the other.
            guard case .absent = found,
                target.queryBytes.withBytes(pair.name, { $0.hasBytes(of: name) })
            else { throw RequestRefusal(.memberDuplicated, at: number) }
            found = .found(.query, pair.value)
        }
        return found
    }

    private static func withBytes<Result, Failure: Error>(
        _ place: Place, _ range: ByteRange, _ source: RoutePlan.Source,
        _ request: borrowing HTTPRequest, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch place {
        case .path: return try request.target.decoded.withBytes(range, body)
        case .query: return try request.target.queryBytes.withBytes(range, body)
        case .headers: return try request.headers.withValue(range, body)
        case .extensions: return try request.extensions.withValue(range, body)
        case .constant:
            guard case .constant(let text) = source else {
                preconditionFailure("only a constant lies in its route")
            }
            return try text.withUTF8(body)
        }
    }
}

/// The names of the members of `verified.http`.
private struct HTTPKeys {
    enum Name: String, CaseIterable {
        case method, host, path, route, query
    }

    /// What the views look at.
    private let constants: [FlatConstant]
    /// In the order in which a record has them.
    let ordered: [(name: Name, key: FlatString)]

    init() {
        let constants = Name.allCases.map { RoutePlan.constant(.string(Text($0.rawValue))) }
        self.constants = constants
        ordered = zip(Name.allCases, constants)
            .map { ($0, FlatString($1.flat)) }
            .sorted {
                FlatMember(key: $0.1, value: $0.1.flat)
                    .precedes(FlatMember(key: $1.1, value: $1.1.flat))
            }
    }
}
