/// A file of identities and certificates that are refused, read again when it changes.
///
/// One entry a line; empty lines and those that start with `#` are passed over:
///
///     spiffe spiffe://prod.example.org/ns/payments/sa/api
///     thumbprint 64 hexadecimal digits, with or without colons
///     serial HEXADECIMAL ISSUER, the issuer as RFC 2253 text to the end of the line
package struct DenyListFile: Sendable {
    /// Why the file cannot be used.
    package struct Failure: Error, CustomStringConvertible, Sendable, Equatable {
        package let description: String
        /// Whether it is only that somebody writes the file at this moment.
        package var isBeingWritten = false
    }

    private let path: String
    private var stamp: BundleFiles.Stamp?

    package init(path: String) { self.path = path }

    /// The list, if the file changed since it was read last.
    ///
    /// - Throws: when it cannot be read, is being written or has a line that is no entry; what was in
    ///   use must stay so, as a list that loses entries by mistake lets somebody in.
    package mutating func read() throws(Failure) -> DenyList? {
        let bytes: [UInt8]
        let now: BundleFiles.Stamp
        do throws(TrustError) {
            now = try BundleFiles.stamp(path, name: path)
            if now == stamp { return nil }
            bytes = try BundleFiles.read(path, stamped: now)
        } catch {
            throw Failure(
                description: error.description, isBeingWritten: error.kind == .beingWritten)
        }
        let list = try Self.parse(bytes, path)
        stamp = now
        return list
    }

    static func parse(_ bytes: [UInt8], _ path: String) throws(Failure) -> DenyList {
        var list = DenyList()
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            let words = text.split(separator: " ", maxSplits: 1).map(String.init)
            guard let kind = words.first, !kind.hasPrefix("#") else { continue }
            guard words.count == 2, add(kind, words[1], to: &list) else {
                throw Failure(
                    description:
                        "\(path):\(index + 1): expected `spiffe ID`, `thumbprint DIGITS` or "
                        + "`serial DIGITS ISSUER`")
            }
        }
        return list
    }

    private static func add(_ kind: String, _ value: String, to list: inout DenyList) -> Bool {
        switch kind {
        case "spiffe":
            guard let id = try? SpiffeID(parsing: Array(value.utf8)) else { return false }
            list.identities.insert(id)
            return true
        case "thumbprint":
            guard let thumbprint = Fingerprint(hexadecimal: value) else { return false }
            list.thumbprints.insert(thumbprint)
            return true
        case "serial":
            let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
            return parts.count == 2 && list.deny(serial: parts[0], issuer: parts[1])
        default: return false
        }
    }
}
