import CedarSyntax
import DecisionPoint
import JSON

/// What a caller sends to prove the subject of its question, and where the question comes from.
///
/// | member | type | meaning |
/// | --- | --- | --- |
/// | `certificate` | string | the client's certificate as PEM, leaf first, then what lies between it and its authority |
/// | `token` | string | an access token or JWT-SVID in compact form, without `Bearer` |
/// | `introspection` | string | an issuer's answer about an opaque token, the JSON of RFC 7662 |
/// | `deviceId` | string | the id of a device, which the certificate or token must lead to |
/// | `sourceIp` | string | the client's address |
/// | `http` | object | what the caller knows of the client's HTTP request; becomes `verified.http` |
///
/// No other member is taken: one that is misspelt would prove nothing, and its caller not know it.
struct EvidenceMember {
    private var certificate: [UInt8] = []
    private var token: [UInt8] = []
    private var introspection: [UInt8] = []
    private var deviceID: [UInt8] = []
    private var sourceIP: [UInt8] = []
    /// The members of `http`; nil when it was not sent.
    private(set) var http: [(key: Text, value: Value)]?

    /// Reads the member.
    ///
    /// - Throws: `badRequest` for another member, type, or value that no Cedar value can be.
    init(_ node: JSONNode, _ name: Text, _ values: ValueJSON) throws(AuthZENError) {
        let tape = values.tape
        guard tape.kind(node) == .object else {
            throw AuthZENError("`context.\(name)` must be an object")
        }
        for member in tape.members(node) where !values.isAbsent(member.value) {
            let key = values.text(member.key)
            let path = "context.\(name).\(key)"
            switch key {
            case "certificate": certificate = try Self.text(member.value, path, tape)
            case "token": token = try Self.text(member.value, path, tape)
            case "introspection": introspection = try Self.text(member.value, path, tape)
            case "deviceId": deviceID = try Self.text(member.value, path, tape)
            case "sourceIp": sourceIP = try Self.text(member.value, path, tape)
            case "http": http = try Self.record(member.value, path, values)
            default:
                throw AuthZENError(
                    "`\(path)` is unknown: there are `certificate`, `token`, `introspection`, "
                        + "`deviceId`, `sourceIp` and `http`")
            }
        }
    }

    private static func text(
        _ node: JSONNode, _ path: String, _ tape: JSONTape
    ) throws(AuthZENError) -> [UInt8] {
        guard let bytes = tape.bytes(node) else { throw AuthZENError("`\(path)` must be a string") }
        // Nothing would be taken for something that was not sent.
        guard !bytes.isEmpty else { throw AuthZENError("`\(path)` is empty: leave it out") }
        return bytes
    }

    private static func record(
        _ node: JSONNode, _ path: String, _ values: ValueJSON
    ) throws(AuthZENError) -> [(key: Text, value: Value)] {
        let value: Value
        do throws(DataError) {
            value = try values.value(node, depth: 2)
        } catch {
            throw AuthZENError("`\(path)`: \(error.message)")
        }
        guard case .record(let members) = value else {
            throw AuthZENError("`\(path)` must be an object")
        }
        return members
    }

    /// All that was sent, as one value: what a page token is bound to.
    var value: Value {
        let texts = [certificate, token, introspection, deviceID, sourceIP]
        // In order: a set would not have it.
        var members: [(key: Text, value: Value)] = texts.enumerated().map {
            (Text("\($0)"), .string(Text(validUTF8: $1)))
        }
        if let http { members.append(("http", .record(http))) }
        return .record(members)
    }

    /// Lends the parts for a decision.
    ///
    /// - Parameter http: ``http`` as a flat record; empty when it was not sent.
    func withEvidence<Result>(http: [UInt8], _ body: (Evidence) -> Result) -> Result {
        unsafe certificate.withUnsafeBytes { certificate in
            unsafe token.withUnsafeBytes { token in
                unsafe introspection.withUnsafeBytes { introspection in
                    unsafe deviceID.withUnsafeBytes { deviceID in
                        unsafe sourceIP.withUnsafeBytes { sourceIP in
                            unsafe http.withUnsafeBytes { http in
                                var evidence = Evidence()
                                // Reads PEM without escapes as well.
                                evidence.certificateForm = .escapedPEM
                                evidence.certificate = unsafe UntrustedBytes(certificate)
                                evidence.token = unsafe UntrustedBytes(token)
                                evidence.introspection = unsafe UntrustedBytes(introspection)
                                evidence.deviceID = unsafe UntrustedBytes(deviceID)
                                evidence.sourceIP = unsafe UntrustedBytes(sourceIP)
                                evidence.http = unsafe UntrustedBytes(http)
                                return body(evidence)
                            }
                        }
                    }
                }
            }
        }
    }
}
