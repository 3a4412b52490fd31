import Gateway
import Routes
import SPOP
import Wire

/// The header fields of the client, with those found that are always looked for.
struct ClientFields {
    /// The value of `Host`; empty when there is none.
    private(set) var host: ByteRegion
    private var authorization: ByteRegion?
    private var hasSeveralAuthorizations = false
    private var block: HeaderBlock

    /// Walks through the fields once.
    init(_ bytes: ByteRegion) throws(CheckRefusal) {
        host = bytes.region(from: 0, count: 0)
        block = HeaderBlock(bytes)
        var walk = block
        var hasHost = false
        do throws(SPOPError) {
            while let (name, value) = try walk.next() {
                if name.isName("host") {
                    if hasHost { throw SPOPError.itemDuplicated }
                    hasHost = true
                    host = value
                } else if name.isName("authorization") {
                    hasSeveralAuthorizations = authorization != nil
                    authorization = value
                }
            }
        } catch {
            throw error == .itemDuplicated ? .hostDuplicated : .headersInvalid
        }
    }

    /// The next field; nil after the last.
    mutating func next() -> (name: ByteRegion, value: ByteRegion)? { try? block.next() }

    /// The bearer token; nil when there is none.
    func token() throws(CheckRefusal) -> ByteRegion? {
        guard !hasSeveralAuthorizations else { throw .authorizationDuplicated }
        guard let authorization else { return nil }
        switch authorization.withSpan({ AuthorizationField($0, isJoined: false) }) {
        case .other: return nil
        case .several: throw .authorizationDuplicated
        case .bearer(let start):
            return authorization.region(from: start, count: authorization.count - start)
        }
    }
}

extension ByteRegion {
    /// Whether this is the name of a field, given in lower case.
    func isName(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            guard unsafe byte(at: index).lowercased == name.utf8Start[index] else { return false }
        }
        return true
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self
    }
}
